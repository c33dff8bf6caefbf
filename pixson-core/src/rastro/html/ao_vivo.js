// The same page while the server goes on: it asks for what is new, and shows balances beside it.

/** How long it waits between two questions, in milliseconds. */
const PAUSA = 1000;

/** A balance as it is written in Portuguese, from the text of the protocol. */
function reais(saldo) {
  const [inteiros, centavos = ""] = saldo.split(".");
  return `${inteiros},${centavos.padEnd(2, "0")}`;
}

class AoVivo {
  /** @param {Pagina} pagina */
  constructor(pagina) {
    this.pagina = pagina;
    /** Up to which event of which run it is shown. */
    this.visto = null;
    this.saldos = new Map();
    this.estado = html("span", { role: "status" }, "Esperando o servidor…");
    this.seguir = html("input", { type: "checkbox", id: "seguir" });
    this.seguir.checked = true;
    document.querySelector(".chaves").append(html("label", {}, this.seguir, " Acompanhar"), this.estado);
    this.corpo = html("tbody", {});
    this.quadroDeSaldos = html("section", { id: "saldos" }, html("h2", {}, "Saldos"), html("table", {}, this.corpo));
    this.quadroDeSaldos.hidden = true;
    document.querySelector("aside").prepend(this.quadroDeSaldos);
  }

  /** Asks again and again, as long as somebody can see the page and wants it to go on. */
  async acompanhar() {
    for (;;) {
      if (this.seguir.checked && !document.hidden) await this.perguntar();
      await new Promise((pronto) => setTimeout(pronto, PAUSA));
    }
  }

  async perguntar() {
    try {
      const depois = this.visto === null ? "" : `?depois=${this.visto.ate}`;
      const resposta = await fetch(`tempo.json${depois}`, { cache: "no-store" });
      if (!resposta.ok) throw new Error(resposta.statusText);
      this.#tomar(await resposta.json());
      this.estado.textContent = `Época ${this.visto?.epoca ?? "?"}.`;
    } catch {
      this.estado.textContent = "O servidor não responde; tentando de novo.";
    }
  }

  #tomar({ epoca, ate, grafo, saldos }) {
    if (this.visto !== null && this.visto.epoca !== epoca) {
      // The server was started again: what was seen of the run before is no part of this one.
      this.saldos.clear();
      this.visto = null;
      if (grafo === undefined) return;
    }
    this.visto = { epoca, ate };
    if (grafo !== undefined) this.#mostrar(grafo);
    // What is not known now stands as it was.
    const conhecidos = saldos.map(({ rg, saldo }) => [rg, saldo ?? this.saldos.get(rg)]);
    this.saldos = new Map(conhecidos.filter(([, saldo]) => saldo !== undefined));
    const linhas = [...this.saldos].sort(([um], [outro]) => um.localeCompare(outro, "pt-BR", { numeric: true }));
    this.corpo.replaceChildren(...linhas.map(([rg, saldo]) =>
      html("tr", {}, html("th", { scope: "row" }, rg), html("td", {}, reais(saldo)))));
    this.quadroDeSaldos.hidden = linhas.length === 0;
  }

  /** Shows the last events, and stays at the end if it was there. */
  #mostrar(grafo) {
    const { quadro } = this.pagina;
    const noFim = quadro.scrollTop + quadro.clientHeight >= quadro.scrollHeight - LINHA;
    this.pagina.atualizar(grafo);
    if (noFim && this.pagina.escolhido === null) quadro.scrollTop = quadro.scrollHeight;
  }
}

new AoVivo(pagina).acompanhar();
