// What is said of the events in words: the panel, and the table that says the same as the drawing.

const POR_PAGINA = 100;
/** How many concurrent events are named one by one. */
const CONCORRENTES_DITOS = 12;

/** An element of HTML with a text and children. Texts of peers are never read as HTML. */
function html(nome, atributos, ...filhos) {
  const novo = document.createElement(nome);
  for (const [chave, valor] of Object.entries(atributos)) novo.setAttribute(chave, valor);
  novo.append(...filhos.map((filho) => (typeof filho === "number" ? String(filho) : filho)));
  return novo;
}

/** An event in a few words: whose it is, and its value. */
function nomeCurto(corrida, lugar) {
  const evento = corrida.eventos[lugar];
  return `${corrida.nomes.get(evento.processo)} em ${evento.relogio}`;
}

/** Whether one event could have influenced another, and by which way. */
function porque(corrida, um, outro) {
  const relacao = corrida.relacao(um, outro);
  if (relacao === "proprio") return "É o mesmo evento.";
  if (relacao === "concorrente") {
    return `${nomeCurto(corrida, um)} e ${nomeCurto(corrida, outro)} são concorrentes: ` +
      "nenhum caminho de mensagens leva de um ao outro, em nenhum sentido.";
  }
  const [de, para] = relacao === "futuro" ? [um, outro] : [outro, um];
  const caminho = corrida.caminho(de, para);
  const ditos = caminho === null
    ? "por eventos que não estão neste recorte"
    : `por ${caminho.map((lugar) => corrida.eventos[lugar].relogio).join(" → ")}`;
  return `${nomeCurto(corrida, de)} pode ter influenciado ${nomeCurto(corrida, para)}: ${ditos}.`;
}

/** Fills the panel: the event in the middle, and what the other one is to it. */
function encherPainel(painel, corrida, base, alvo, irPara) {
  if (base === null) {
    painel.replaceChildren(html("p", {}, "Escolha um evento: aparecem o seu passado, o seu futuro e o que é concorrente."));
    return;
  }
  const evento = corrida.eventos[base];
  const grupos = { passado: [], futuro: [], concorrente: [], proprio: [] };
  corrida.eventos.forEach((_, lugar) => grupos[corrida.relacao(base, lugar)].push(lugar));
  const conta = (quantos, um, muitos) => `${quantos} ${quantos === 1 ? um : muitos}`;
  const inferido = corrida.inferidos.has(evento.processo) ? " (inferido)" : "";
  const partes = [
    html("h2", {}, `${corrida.onde(base)}: ${evento.frase}`),
    html("p", {}, `Relógio de Lamport: ${evento.relogio_antes} → ${evento.relogio}${inferido}. Vetor: ${corrida.vetor(base, 24)}.`),
    html("p", { class: "contas" },
      html("span", { class: "passado" }, `◂ ${conta(grupos.passado.length, "evento", "eventos")} no passado`), " · ",
      html("span", { class: "futuro" }, `▸ ${grupos.futuro.length} no futuro`), " · ",
      html("span", { class: "concorrente" }, `∥ ${conta(grupos.concorrente.length, "concorrente", "concorrentes")}`)),
  ];
  const acusacao = corrida.acusados.get(base);
  if (acusacao) {
    const { frase, condicional } = acusacao;
    partes.push(html("p", { class: condicional ? "" : "acusacao" }, `${condicional ? "?" : "⚠"} ${frase}`));
  }
  if (alvo !== null && alvo !== base) {
    partes.push(html("p", { class: "porque" }, porque(corrida, base, alvo)));
  } else if (grupos.concorrente.length > 0) {
    const lista = html("p", {}, "Concorrentes com ele: ");
    grupos.concorrente.slice(0, CONCORRENTES_DITOS).forEach((lugar, numero) => {
      const botao = html("button", { type: "button", class: "ir" }, nomeCurto(corrida, lugar));
      botao.addEventListener("click", () => irPara(lugar));
      lista.append(numero > 0 ? ", " : "", botao);
    });
    const mais = grupos.concorrente.length - CONCORRENTES_DITOS;
    lista.append(mais > 0 ? ` e mais ${mais}.` : ".");
    partes.push(lista);
  }
  painel.replaceChildren(...partes);
}

class Tabela {
  /** @param {HTMLDetailsElement} dobra what hides the table @param {(lugar: number) => void} irPara */
  constructor(dobra, irPara) {
    this.dobra = dobra;
    dobra.addEventListener("toggle", () => this.escrever());
    this.irPara = irPara;
    this.pagina = 0;
    this.corpo = html("tbody", {});
    const titulos = ["processo", "linha", "o que houve", "conta", "carimbo", "relógio", "vetor", "relação"];
    const cabeca = html("tr", {}, ...titulos.map((titulo) => html("th", { scope: "col" }, titulo)));
    this.onde = html("span", { role: "status" });
    this.anterior = html("button", { type: "button" }, "página anterior");
    this.proxima = html("button", { type: "button" }, "próxima página");
    this.anterior.addEventListener("click", () => this.#virar(-1));
    this.proxima.addEventListener("click", () => this.#virar(1));
    const tabela = html("table", {}, html("thead", {}, cabeca), this.corpo);
    const lugar = html("div", { class: "tabela" });
    lugar.append(html("p", { class: "paginas" }, this.anterior, " ", this.onde, " ", this.proxima), tabela);
    dobra.append(lugar);
  }

  /** @param {number[]} linhas the row of each event in the drawing, whose order the table has */
  mostrar(corrida, linhas) {
    this.corrida = corrida;
    this.ordem = corrida.eventos.map((_, lugar) => lugar).sort((a, b) => linhas[a] - linhas[b] || a - b);
    this.base = null;
    this.escrever();
  }

  /** Says what each event is to this one. */
  marcar(base) {
    this.base = base;
    this.escrever();
  }

  /** Turns to the page on which this event is. */
  virarPara(lugar) {
    this.pagina = Math.floor(this.ordem.indexOf(lugar) / POR_PAGINA);
    this.escrever();
  }

  #virar(quanto) {
    this.pagina += quanto;
    this.escrever();
  }

  /** Writes its page, if anybody can see it. */
  escrever() {
    if (!this.dobra.open || !this.corrida) return;
    const paginas = Math.max(1, Math.ceil(this.ordem.length / POR_PAGINA));
    this.pagina = Math.min(Math.max(this.pagina, 0), paginas - 1);
    const desta = this.ordem.slice(this.pagina * POR_PAGINA, (this.pagina + 1) * POR_PAGINA);
    this.corpo.replaceChildren(...desta.map((lugar) => this.#linha(lugar)));
    this.onde.textContent = `página ${this.pagina + 1} de ${paginas}`;
    this.anterior.disabled = this.pagina === 0;
    this.proxima.disabled = this.pagina === paginas - 1;
  }

  #linha(lugar) {
    const { corrida, base } = this;
    const evento = corrida.eventos[lugar];
    const botao = html("button", { type: "button", class: "ir" }, evento.frase);
    botao.addEventListener("click", () => this.irPara(lugar));
    const relacao = base === null ? "" : corrida.relacao(base, lugar);
    const ditas = { passado: "◂ passado", futuro: "▸ futuro", concorrente: "∥ concorrente", proprio: "o escolhido" };
    const celulas = [
      corrida.nomes.get(evento.processo), evento.seq ?? "", botao, evento.rg ?? "", evento.carimbo ?? "",
      `${evento.relogio_antes} → ${evento.relogio}`, corrida.vetor(lugar, 12), ditas[relacao] ?? "",
    ];
    return html("tr", { class: relacao }, ...celulas.map((celula) => html("td", {}, celula)));
  }
}
