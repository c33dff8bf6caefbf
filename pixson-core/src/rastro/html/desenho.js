// The drawing: a column for each process, time going down. Only what is in sight is in the document.

const SVG = "http://www.w3.org/2000/svg";
/** How wide a column is, in pixels. */
const COLUNA = { menor: 190, maior: 340 };
const LINHA = 34;
const MARGEM = { esquerda: 70, topo: 56, fim: 40 };
const RAIO = 9;
/** How far the arrow of a message goes that nobody received. */
const CAMINHO = 46;
/** How far beyond what is in sight it is drawn, so that scrolling shows no blank. */
const FOLGA = 200;
/** More rows than that are not printed: nobody would read them. */
const LINHAS_IMPRESSAS = 400;

const SINAIS = { passado: "◂", futuro: "▸", concorrente: "∥", proprio: "" };

/** A text of at most so many characters. */
function cortado(texto, maximo) {
  const letras = [...texto];
  return letras.length > maximo ? `${letras.slice(0, maximo - 1).join("")}…` : texto;
}

/** An element of SVG with these attributes, and a text. */
function elemento(nome, atributos, texto) {
  const novo = document.createElementNS(SVG, nome);
  for (const [chave, valor] of Object.entries(atributos)) novo.setAttribute(chave, valor);
  if (texto !== undefined) novo.textContent = texto;
  return novo;
}

/** The heads of the arrows, one for each kind. */
function setas() {
  const definicoes = elemento("defs", {});
  for (const tipo of ["pedido", "resposta", "linha"]) {
    const seta = elemento("marker", {
      id: `seta-${tipo}`, class: `seta ${tipo}`, viewBox: "0 0 8 8", refX: 8, refY: 4,
      markerWidth: 8, markerHeight: 8, orient: "auto", markerUnits: "userSpaceOnUse",
    });
    seta.append(elemento("path", { d: "M0 0 8 4 0 8z" }));
    definicoes.append(seta);
  }
  return definicoes;
}

class Desenho {
  /** @param {HTMLElement} quadro what scrolls */
  constructor(quadro) {
    this.quadro = quadro;
    this.folha = document.createElement("div");
    this.folha.className = "folha";
    this.svg = elemento("svg", { class: "desenho", role: "group", "aria-label": "Diagrama espaço-tempo" });
    this.setas = setas();
    this.folha.append(this.svg);
    quadro.replaceChildren(this.folha);
    this.marcado = null;
    this.pedido = false;
    this.inteiro = false;
    quadro.addEventListener("scroll", () => this.adiar());
    new ResizeObserver(() => {
      if (this.corrida) this.#repartir();
      this.adiar();
    }).observe(quadro);
  }

  /** @param {Corrida} corrida @param {{linhas: string, rotulo: string, grupo: string}} opcoes */
  mostrar(corrida, opcoes) {
    this.corrida = corrida;
    this.opcoes = opcoes;
    this.marcado = null;
    const ordem = opcoes.linhas === "chegada" ? corrida.linhasPorChegada() : corrida.linhasPorLamport();
    this.linhas = ordem.linhas;
    this.quantas = ordem.quantas;
    this.#formarColunas();
    this.#repartir();
    this.altura = MARGEM.topo + this.quantas * LINHA + MARGEM.fim;
    this.folha.style.height = `${this.altura}px`;
    this.quadro.style.maxHeight = `${this.altura + 2}px`;
    this.desenhar();
  }

  /** Few columns share the room that there is; many go beyond it. */
  #repartir() {
    const cabe = (this.quadro.clientWidth - MARGEM.esquerda) / this.colunas.length;
    this.passo = Math.floor(Math.min(Math.max(cabe, COLUNA.menor), COLUNA.maior));
    this.largura = MARGEM.esquerda + this.colunas.length * this.passo;
    this.folha.style.width = `${this.largura}px`;
  }

  /** A column for each process, connection of a process, or account in a process. */
  #formarColunas() {
    const { corrida, opcoes } = this;
    const titulos = new Map();
    const chaveDe = (evento) => {
      const nome = corrida.nomes.get(evento.processo);
      if (opcoes.grupo === "conexao") return [nome, evento.conexao ? `conexão ${evento.conexao}` : "sem conexão"];
      if (opcoes.grupo === "conta") return [nome, evento.rg ? `conta ${evento.rg}` : "sem conta"];
      return [nome, ""];
    };
    this.coluna = corrida.eventos.map((evento) => {
      const [nome, parte] = chaveDe(evento);
      const chave = `${evento.processo}\n${parte}`;
      if (!titulos.has(chave)) titulos.set(chave, { processo: evento.processo, nome, parte });
      return chave;
    });
    const lugarDoProcesso = new Map(corrida.processos.map((processo, lugar) => [processo.id, lugar]));
    const chaves = [...titulos.keys()].sort((a, b) => {
      const [um, outro] = [titulos.get(a), titulos.get(b)];
      const entre = lugarDoProcesso.get(um.processo) - lugarDoProcesso.get(outro.processo);
      return entre || um.parte.localeCompare(outro.parte, "pt-BR", { numeric: true });
    });
    const lugar = new Map(chaves.map((chave, numero) => [chave, numero]));
    this.coluna = this.coluna.map((chave) => lugar.get(chave));
    this.colunas = chaves.map((chave) => titulos.get(chave));
    /** Above zero where messages lead to the right of an event; undefined where there is none. */
    this.lados = corrida.eventos.map(() => undefined);
    const dar = (lugar, sentido) => {
      this.lados[lugar] = (this.lados[lugar] ?? 0) + sentido;
    };
    for (const { de, para } of corrida.mensagens) {
      const sentido = Math.sign(this.coluna[para] - this.coluna[de]);
      dar(de, sentido);
      dar(para, -sentido);
    }
    for (const { de, la } of corrida.perdidas) dar(de, Math.sign(this.coluna[la] - this.coluna[de]));
  }

  x(lugar) {
    return MARGEM.esquerda + (this.coluna[lugar] + 0.5) * this.passo;
  }

  y(lugar) {
    return MARGEM.topo + (this.linhas[lugar] + 0.5) * LINHA;
  }

  /** Draws at the next frame. */
  adiar() {
    if (this.pedido) return;
    this.pedido = true;
    requestAnimationFrame(() => {
      this.pedido = false;
      this.desenhar();
    });
  }

  /** Shows what the other events are to this one; null shows none. */
  marcar(lugar) {
    this.marcado = lugar;
    this.desenhar();
  }

  /** Draws all of it, for paper, if that is not too much. Returns whether all of it is there. */
  imprimir(inteiro) {
    this.inteiro = inteiro && this.quantas <= LINHAS_IMPRESSAS;
    this.desenhar();
    return this.inteiro;
  }

  /** Brings an event into sight, and puts the focus on it if `focar`. */
  mostrarEvento(lugar, focar) {
    const { quadro } = this;
    const [x, y] = [this.x(lugar), this.y(lugar)];
    const [largura, altura] = [quadro.clientWidth, quadro.clientHeight];
    const antes = [quadro.scrollLeft, quadro.scrollTop];
    if (y < quadro.scrollTop + MARGEM.topo + LINHA || y > quadro.scrollTop + altura - LINHA) {
      quadro.scrollTop = y - altura / 2;
    }
    if (x < quadro.scrollLeft + this.passo / 2 || x > quadro.scrollLeft + largura - this.passo / 2) {
      quadro.scrollLeft = x - largura / 2;
    }
    if (quadro.scrollLeft !== antes[0] || quadro.scrollTop !== antes[1]) this.desenhar();
    if (focar) this.focar(lugar);
  }

  /** Puts the focus on an event; if it is not in sight, on the whole, where the keys still go on from the event. */
  focar(lugar) {
    const alvo = this.svg.querySelector(`[data-lugar="${lugar}"]`) ?? this.quadro;
    alvo.focus({ preventScroll: true });
  }

  #janela() {
    if (this.inteiro) return { x: 0, y: 0, largura: this.largura, altura: this.altura };
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.quadro;
    return { x: scrollLeft, y: scrollTop, largura: clientWidth, altura: clientHeight };
  }

  desenhar() {
    if (!this.corrida) return;
    const janela = this.#janela();
    const focado = document.activeElement?.dataset?.lugar;
    this.svg.setAttribute("width", janela.largura);
    this.svg.setAttribute("height", janela.altura);
    this.svg.setAttribute("viewBox", `${janela.x} ${janela.y} ${janela.largura} ${janela.altura}`);
    const dentro = (x, y) =>
      x > janela.x - FOLGA && x < janela.x + janela.largura + FOLGA &&
      y > janela.y - FOLGA && y < janela.y + janela.altura + FOLGA;
    const partes = [this.setas, this.#fundo(janela), this.#mensagens(janela), this.#eventos(dentro)];
    this.svg.replaceChildren(...partes, this.#titulos(janela));
    if (focado !== undefined) this.focar(focado);
  }

  #fundo(janela) {
    const grupo = elemento("g", { class: "fundo", "aria-hidden": "true" });
    const primeira = Math.max(0, Math.floor((janela.x - MARGEM.esquerda) / this.passo));
    const ultima = Math.ceil((janela.x + janela.largura - MARGEM.esquerda) / this.passo);
    const fim = Math.min(janela.y + janela.altura, this.altura - MARGEM.fim / 2);
    for (let numero = primeira; numero < Math.min(ultima, this.colunas.length); numero += 1) {
      const x = MARGEM.esquerda + (numero + 0.5) * this.passo;
      grupo.append(elemento("line", { x1: x, x2: x, y1: janela.y, y2: fim }));
    }
    return grupo;
  }

  #mensagens(janela) {
    const grupo = elemento("g", { class: "mensagens", "aria-hidden": "true" });
    const corta = (a, b, de, quanto) => Math.max(a, b) > de - FOLGA && Math.min(a, b) < de + quanto + FOLGA;
    for (const { de, para, tipo, rotulo } of this.corrida.mensagens) {
      const [x1, y1, x2, y2] = [this.x(de), this.y(de), this.x(para), this.y(para)];
      if (!corta(y1, y2, janela.y, janela.altura) || !corta(x1, x2, janela.x, janela.largura)) continue;
      const tamanho = Math.hypot(x2 - x1, y2 - y1) || 1;
      const [dx, dy] = [((x2 - x1) / tamanho) * (RAIO + 2), ((y2 - y1) / tamanho) * (RAIO + 2)];
      const fora = this.marcado !== null && !this.#noCone(de, para) ? " apagado" : "";
      grupo.append(elemento("line", {
        class: `mensagem ${tipo}${fora}`, x1: x1 + dx, y1: y1 + dy, x2: x2 - dx, y2: y2 - dy,
        "marker-end": `url(#seta-${tipo})`,
      }));
      const evento = this.corrida.eventos[de];
      // Beside the sender, on the side to which the message goes, and not where it is.
      grupo.append(elemento("text", {
        class: `rotulo${fora}`, x: x1 + Math.sign(x2 - x1 || 1) * 16, y: y1 + (y2 < y1 ? 18 : -7),
        "text-anchor": x2 >= x1 ? "start" : "end",
      }, this.#rotulo(rotulo, evento.carimbo ?? evento.relogio)));
    }
    for (const { de, la } of this.corrida.perdidas) {
      const [x, y] = [this.x(de), this.y(de)];
      const dentro = corta(y, y, janela.y, janela.altura) && corta(x, x, janela.x, janela.largura);
      if (dentro) grupo.append(...this.#perdida(de, x, y, Math.sign(this.x(la) - x) || 1));
    }
    return grupo;
  }

  /** A message that was not received: a line towards the other end, to a cross. */
  #perdida(de, x, y, sentido) {
    const tipo = this.corrida.eventos[de].operacao === undefined ? "resposta" : "pedido";
    const fora = this.marcado !== null && !this.#noCone(de, de) ? " apagado" : "";
    const fim = x + sentido * CAMINHO;
    return [
      elemento("line", { class: `mensagem ${tipo}${fora}`, x1: x + sentido * (RAIO + 2), y1: y, x2: fim, y2: y + 10 }),
      elemento("text", { class: `cruz${fora}`, x: fim, y: y + 16 }, "✕"),
    ];
  }

  /** The label of a message, in half a column: one in the other direction has the other half. */
  #rotulo(dito, carimbo) {
    const fim = ` · t ${carimbo}`;
    const cabem = Math.floor((this.passo / 2 - 16) / 6.5) - fim.length;
    return cortado(dito, Math.max(cabem, 6)) + fim;
  }

  /** Whether a message is a part of the past or of the future of the event that is marked. */
  #noCone(de, para) {
    const dentro = (lugar, lado) => ["proprio", lado].includes(this.corrida.relacao(this.marcado, lugar));
    return dentro(para, "passado") || dentro(de, "futuro");
  }

  #eventos(dentro) {
    const grupo = elemento("g", { class: "eventos" });
    this.corrida.eventos.forEach((evento, lugar) => {
      const [x, y] = [this.x(lugar), this.y(lugar)];
      if (dentro(x, y)) grupo.append(this.#evento(evento, lugar, x, y));
    });
    return grupo;
  }

  #evento(evento, lugar, x, y) {
    const relacao = this.marcado === null ? "" : this.corrida.relacao(this.marcado, lugar);
    const inferido = this.corrida.inferidos.has(evento.processo) ? " inferido" : "";
    const grupo = elemento("g", {
      class: `evento ${evento.evento} ${relacao}${inferido}`, "data-lugar": lugar, role: "button",
      tabindex: this.marcado === lugar || (this.marcado === null && lugar === 0) ? 0 : -1,
      "aria-label": `${this.corrida.nomes.get(evento.processo)}: ${evento.frase}`,
      transform: `translate(${x} ${y})`,
    });
    grupo.append(evento.evento === "execucao"
      ? elemento("rect", { x: -RAIO, y: -RAIO, width: 2 * RAIO, height: 2 * RAIO })
      : elemento("circle", { r: RAIO }));
    if (relacao) grupo.append(elemento("text", { class: "sinal", y: 4 }, SINAIS[relacao]));
    const acusacao = this.corrida.acusados.get(lugar);
    if (acusacao) {
      const [sinal, certeza] = acusacao.condicional ? ["?", "talvez"] : ["⚠", "certa"];
      grupo.append(elemento("text", { class: `infracao ${certeza}`, x: -6, y: -RAIO - 3 }, sinal));
    }
    const texto = this.opcoes.rotulo === "vetor" ? this.corrida.vetor(lugar, 8, (numero) => numero) : evento.relogio;
    // On the side to which no message leads.
    const antes = (this.lados[lugar] ?? 0) >= 0;
    const onde = { x: antes ? -RAIO - 5 : RAIO + 5, "text-anchor": antes ? "end" : "start" };
    grupo.append(elemento("text", { class: "valor", y: 4, ...onde }, texto));
    // A message has a label where it is drawn; what came from or went to nobody who is here has its own.
    if (this.lados[lugar] === undefined) {
      const dito = this.#rotulo(evento.texto ?? evento.operacao ?? "", evento.carimbo ?? evento.relogio);
      grupo.append(elemento("text", { class: "rotulo", x: RAIO + 7, y: 4 }, dito));
    }
    return grupo;
  }

  /** Vectors of many parts name processes by their numbers. */
  #numerado(nome, processo) {
    return this.opcoes.rotulo === "vetor" ? `${processo}: ${nome}` : nome;
  }

  #titulos(janela) {
    const grupo = elemento("g", { class: "titulos", "aria-hidden": "true" });
    grupo.append(elemento("rect", { x: janela.x, y: janela.y, width: janela.largura, height: MARGEM.topo - 8 }));
    this.colunas.forEach(({ processo, nome, parte }, numero) => {
      const x = MARGEM.esquerda + (numero + 0.5) * this.passo;
      if (x < janela.x - this.passo || x > janela.x + janela.largura + this.passo) return;
      const titulo = elemento("text", { class: "nome", x, y: janela.y + 22 }, cortado(this.#numerado(nome, processo), 22));
      titulo.append(elemento("title", {}, nome));
      grupo.append(titulo, elemento("text", { class: "parte", x, y: janela.y + 39 }, parte));
    });
    return grupo;
  }
}
