// The page: its switches, its keys, and which event is chosen.

class Pagina {
  constructor() {
    const de = (id) => document.getElementById(id);
    this.painel = de("painel");
    this.quadro = de("quadro");
    this.desenho = new Desenho(this.quadro);
    this.tabela = new Tabela(de("tabela"), (lugar) => this.irPara(lugar));
    this.opcoes = { linhas: "lamport", rotulo: "lamport", grupo: "processo" };
    this.pressionado = null;
    this.#esquecer();
    for (const nome of Object.keys(this.opcoes)) {
      de(nome).addEventListener("change", (evento) => {
        this.opcoes[nome] = evento.target.value;
        this.#redesenhar();
      });
    }
    de("tema").addEventListener("change", (evento) => {
      document.documentElement.dataset.tema = evento.target.value;
    });
    this.#ouvirEventos();
    addEventListener("beforeprint", () => {
      de("impressao").hidden = this.desenho.imprimir(true);
    });
    addEventListener("afterprint", () => this.desenho.imprimir(false));
  }

  /** Shows a run in place of the one that was shown, if there was one. @param {Grafo} grafo */
  mostrar(grafo) {
    this.corrida = new Corrida(grafo);
    this.#esquecer();
    this.#contarQueixas();
    this.#redesenhar();
  }

  /**
   * As `mostrar`, for a run that has gone on, and may have lost its oldest events: what is chosen stays chosen,
   * what is held stays held, and the focus stays at its event. @param {Grafo} grafo
   */
  atualizar(grafo) {
    const chaveDe = (lugar) => (lugar === null ? undefined : this.corrida?.chave(lugar));
    const [escolhido, fixado] = [chaveDe(this.escolhido), chaveDe(this.fixado)];
    const focado = this.quadro.contains(document.activeElement) && document.activeElement.dataset.lugar !== undefined;
    // Places of events may change: a focus kept by its place would choose another event.
    if (focado) document.activeElement.blur();
    this.mostrar(grafo);
    const lugares = new Map(grafo.eventos.map((_, lugar) => [this.corrida.chave(lugar), lugar]));
    const lugar = lugares.get(escolhido);
    if (lugar === undefined) return;
    this.fixado = lugares.get(fixado) ?? null;
    this.escolhido = lugar;
    this.#contar();
    if (focado) this.desenho.focar(lugar);
  }

  #esquecer() {
    this.escolhido = null;
    this.apontado = null;
    this.fixado = null;
  }

  #redesenhar() {
    this.desenho.mostrar(this.corrida, this.opcoes);
    this.tabela.mostrar(this.corrida, this.desenho.linhas);
    this.#contar();
    if (this.escolhido !== null) this.desenho.mostrarEvento(this.escolhido, false);
  }

  #contarQueixas() {
    const { eventos, processos, infracoes, avisos } = this.corrida;
    document.getElementById("resumo").textContent =
      eventos.length === 0 ? "Nenhum evento ainda."
        : `${eventos.length} eventos de ${processos.length} ${processos.length === 1 ? "processo" : "processos"}.`;
    const itens = infracoes.map(({ evento, frase, condicional }) => {
      const botao = html("button", { type: "button", class: "ir" }, frase);
      botao.addEventListener("click", () => this.irPara(this.corrida.lugar.get(evento)));
      return html("li", { class: condicional ? "talvez" : "certa" }, condicional ? "? " : "⚠ ", botao);
    });
    itens.push(...avisos.map((aviso) => html("li", {}, aviso)));
    const lista = document.getElementById("queixas");
    lista.replaceChildren(...itens);
    lista.hidden = itens.length === 0;
  }

  /** Whose past and future are shown. */
  get base() {
    return this.fixado ?? this.escolhido ?? this.apontado;
  }

  #contar() {
    const { base } = this;
    const alvo = this.apontado ?? (this.fixado === null ? null : this.escolhido);
    this.desenho.marcar(base);
    if (this.tabela.base !== base) this.tabela.marcar(base);
    encherPainel(this.painel, this.corrida, base, alvo, (lugar) => this.irPara(lugar));
  }

  escolher(lugar) {
    if (lugar === this.escolhido) return;
    this.escolhido = lugar;
    this.#contar();
    this.tabela.virarPara(lugar);
  }

  /** Chooses an event, and brings it into sight with the focus on it. */
  irPara(lugar) {
    this.escolher(lugar);
    this.desenho.mostrarEvento(lugar, true);
  }

  apontar(lugar) {
    if (lugar === this.apontado) return;
    this.apontado = lugar;
    this.#contar();
  }

  #ouvirEventos() {
    const { quadro } = this;
    const lugarDe = (alvo) => {
      const evento = alvo.closest?.("[data-lugar]");
      return evento ? Number(evento.dataset.lugar) : null;
    };
    quadro.addEventListener("pointerover", (evento) => this.apontar(lugarDe(evento.target)));
    quadro.addEventListener("pointerleave", () => this.apontar(null));
    quadro.addEventListener("focusin", (evento) => {
      const lugar = lugarDe(evento.target);
      if (lugar !== null) this.escolher(lugar);
    });
    // A choice draws anew: what was pressed is not there any more when the button goes up.
    quadro.addEventListener("pointerdown", (evento) => {
      this.pressionado = lugarDe(evento.target);
      if (this.pressionado !== null) this.irPara(this.pressionado);
    });
    quadro.addEventListener("click", (evento) => {
      const lugar = lugarDe(evento.target);
      if (lugar !== null && lugar !== this.pressionado) this.irPara(lugar);
      else if (lugar === null && this.pressionado === null) this.#soltar();
      this.pressionado = null;
    });
    quadro.addEventListener("keydown", (evento) => {
      if (evento.altKey || evento.ctrlKey || evento.metaKey) return;
      if (this.#tecla(evento.key)) evento.preventDefault();
    });
  }

  #soltar() {
    this.#esquecer();
    document.activeElement?.blur?.();
    this.#contar();
  }

  /** Whether the key means something here. */
  #tecla(tecla) {
    const { corrida, escolhido } = this;
    if (tecla === "Escape") {
      this.#soltar();
      return true;
    }
    const passo = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity }[tecla];
    if (escolhido === null) {
      if (passo === undefined || corrida.eventos.length === 0) return false;
      this.irPara(this.tabela.ordem[0]);
      return true;
    }
    if (tecla === "Enter" || tecla === " ") {
      this.fixado = this.fixado === escolhido ? null : escolhido;
      this.#contar();
      return true;
    }
    if (passo !== undefined) {
      const fila = corrida.filas.get(corrida.eventos[escolhido].processo);
      const onde = fila.indexOf(escolhido) + passo;
      this.irPara(fila[Math.min(Math.max(onde, 0), fila.length - 1)]);
      return true;
    }
    if (tecla !== "ArrowLeft" && tecla !== "ArrowRight") return false;
    const vizinhos = tecla === "ArrowLeft" ? corrida.anteriores : corrida.seguintes;
    const processo = corrida.eventos[escolhido].processo;
    const outro = vizinhos[escolhido].find((lugar) => corrida.eventos[lugar].processo !== processo);
    if (outro !== undefined) this.irPara(outro);
    return true;
  }
}

const pagina = new Pagina();
const dados = document.getElementById("grafo").textContent;
if (dados.trim() !== "") pagina.mostrar(JSON.parse(dados));
