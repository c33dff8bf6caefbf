// The same page while the server goes on: it asks for what is new, and shows balances beside it.

/** How long it waits between two questions, in milliseconds. */
const PAUSA = 1000;

class AoVivo {
  /** @param {Pagina} pagina */
  constructor(pagina) {
    this.pagina = pagina;
    /** Up to which event of which run it is shown. */
    this.visto = null;
    this.saldos = new Map();
    /** Whether the person is at the end of the drawing, and is taken along. */
    this.noFim = true;
    /** Whether the server was started again while the page was open. */
    this.reinicio = false;
    document.title = `Ao vivo: ${document.title}`;
    document.querySelector("h1").append(", ao vivo");
    this.estado = html("span", { role: "status" }, "Esperando o servidor…");
    this.seguir = html("input", { type: "checkbox", id: "seguir" });
    this.seguir.checked = true;
    this.seguir.addEventListener("change", () => this.#aoFim());
    document.querySelector(".chaves").append(html("label", {}, this.seguir, " Acompanhar"), this.estado);
    this.corpo = html("tbody", {});
    this.quadroDeSaldos = html("section", { id: "saldos" }, html("h2", {}, "Saldos"), html("table", {}, this.corpo));
    this.quadroDeSaldos.hidden = true;
    document.querySelector("aside").prepend(this.quadroDeSaldos);
    const { quadro } = pagina;
    // Rows that come do not scroll: it is the person, or what was chosen, or this page at its end.
    quadro.addEventListener("scroll", () => {
      this.noFim = quadro.scrollTop + quadro.clientHeight >= quadro.scrollHeight - LINHA;
    });
    quadro.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.noFim = true;
    });
  }

  /** Asks again and again, as long as somebody can see the page and wants it to go on. */
  async acompanhar() {
    for (;;) {
      if (this.seguir.checked && !document.hidden) {
        const resposta = await this.#perguntar();
        if (resposta === null) this.estado.textContent = "O servidor não responde; tentando de novo.";
        else this.#tomar(resposta);
      }
      await new Promise((pronto) => setTimeout(pronto, PAUSA));
    }
  }

  /** What the server says; null if it does not answer. */
  async #perguntar() {
    try {
      const depois = this.visto === null ? "" : `?depois=${this.visto.ate}`;
      const resposta = await fetch(`tempo.json${depois}`, { cache: "no-store" });
      return resposta.ok ? await resposta.json() : null;
    } catch {
      return null;
    }
  }

  #tomar({ epoca, ate, grafo, saldos }) {
    const outra = this.visto !== null && this.visto.epoca !== epoca;
    if (outra) {
      // What was seen of the run before is no part of this one.
      this.saldos.clear();
      this.visto = null;
      this.reinicio = true;
      if (grafo === undefined) return;
    }
    if (grafo !== undefined) this.#mostrar(grafo);
    this.visto = { epoca, ate };
    this.estado.textContent = this.reinicio ? `Época ${epoca}: o servidor foi reiniciado.` : `Época ${epoca}.`;
    // What is not known now stands as it was.
    const conhecidos = saldos.map(({ rg, saldo }) => [rg, saldo ?? this.saldos.get(rg)]);
    this.saldos = new Map(conhecidos.filter(([, saldo]) => saldo !== undefined));
    const linhas = [...this.saldos].sort(([um], [outro]) => um.localeCompare(outro, "pt-BR", { numeric: true }));
    this.corpo.replaceChildren(...linhas.map(([rg, saldo]) =>
      html("tr", {}, html("th", { scope: "row" }, rg), html("td", {}, saldo))));
    this.quadroDeSaldos.hidden = linhas.length === 0;
  }

  /** Shows the last events, and stays at the end if the person was there and has chosen nothing. */
  #mostrar(grafo) {
    this.pagina.atualizar(grafo);
    if (this.noFim && this.pagina.escolhido === null) this.#aoFim();
  }

  /** Goes to the newest event, wherever its column is. */
  #aoFim() {
    this.noFim = true;
    const { quadro, corrida, desenho } = this.pagina;
    const novo = corrida?.eventos.reduce((ultimo, { us }, lugar, todos) =>
      (ultimo === null || us >= todos[ultimo].us ? lugar : ultimo), null) ?? null;
    if (novo !== null) desenho.mostrarEvento(novo, false);
    quadro.scrollTop = quadro.scrollHeight;
  }
}

new AoVivo(pagina).acompanhar();
