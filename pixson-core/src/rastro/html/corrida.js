// The run: what came before what. It knows nothing of how it is drawn.

/**
 * @typedef {{id: number, processo: number, seq?: number, us: number, evento: string, conexao?: number,
 *   carimbo?: number, relogio_antes: number, relogio: number, operacao?: string, rg?: string, para?: string,
 *   frase: string, vetor: number[]}} Evento
 * @typedef {{processos: {id: number, rotulo: string, epoca?: number, inteiro: boolean, inferido: boolean}[],
 *   eventos: Evento[], mensagens: {de: number, para: number, tipo: string, rotulo: string}[],
 *   infracoes: {evento: number, frase: string, condicional: boolean}[], avisos: string[]}} Grafo
 */

/** Numbers of 2^53 or more come with their digits beside them: those are exact. @returns {Evento} */
function exato(evento) {
  const copia = { ...evento };
  for (const campo of ["carimbo", "relogio_antes", "relogio"]) {
    if (evento[`${campo}_texto`] !== undefined) copia[campo] = BigInt(evento[`${campo}_texto`]);
  }
  return copia;
}

/** The order of two values, one of which may be a BigInt. */
function comparar(um, outro) {
  if (um < outro) return -1;
  return um > outro ? 1 : 0;
}

class Corrida {
  /** @param {Grafo} grafo as `diagrama --formato json` writes it */
  constructor(grafo) {
    this.processos = grafo.processos;
    this.eventos = grafo.eventos.map(exato);
    this.infracoes = grafo.infracoes;
    this.avisos = grafo.avisos;
    /** Where an event is in `eventos`, by its id. */
    this.lugar = new Map(grafo.eventos.map((evento, lugar) => [evento.id, lugar]));
    this.mensagens = grafo.mensagens.map(({ de, para, ...resto }) => ({
      de: this.lugar.get(de),
      para: this.lugar.get(para),
      ...resto,
    }));
    this.acusados = new Map();
    for (const infracao of grafo.infracoes) {
      const lugar = this.lugar.get(infracao.evento);
      if (!this.acusados.has(lugar) || !infracao.condicional) this.acusados.set(lugar, infracao);
    }
    this.nomes = new Map(this.processos.map((processo) => [processo.id, processo.rotulo]));
    this.inferidos = new Set(this.processos.filter((um) => um.inferido).map((um) => um.id));
    /** The events of each process, in the order of the process. @type {Map<number, number[]>} */
    this.filas = new Map(this.processos.map((processo) => [processo.id, []]));
    this.eventos.forEach((evento, lugar) => this.filas.get(evento.processo).push(lugar));
    for (const fila of this.filas.values()) fila.sort((a, b) => this.#ordinal(a) - this.#ordinal(b));
    /** @type {number[][]} */
    this.seguintes = this.eventos.map(() => []);
    this.anteriores = this.eventos.map(() => []);
    for (const fila of this.filas.values()) {
      for (let i = 1; i < fila.length; i += 1) this.#ligar(fila[i - 1], fila[i]);
    }
    for (const mensagem of this.mensagens) this.#ligar(mensagem.de, mensagem.para);
    this.perdidas = this.#semRecebedor();
  }

  /** Whose an event is, and which line of that trace. */
  onde(lugar) {
    const { processo, seq } = this.eventos[lugar];
    return seq === undefined ? this.nomes.get(processo) : `${this.nomes.get(processo)}, linha ${seq}`;
  }

  /**
   * A vector in words; of more than so many parts those that are above zero, as far as there is room, each with the
   * name of its process.
   */
  vetor(lugar, partes, nomeDe = (numero) => this.nomes.get(numero)) {
    const { vetor } = this.eventos[lugar];
    if (vetor.length <= partes) return `(${vetor.join(", ")})`;
    const acima = vetor.map((valor, numero) => [valor, numero]).filter(([valor]) => valor > 0);
    const ditas = acima.slice(0, partes / 2).map(([valor, numero]) => `${nomeDe(numero)}: ${valor}`);
    return `(${ditas.join(", ")}${acima.length > ditas.length ? ", …" : ""})`;
  }

  /** What names an event also in the graph of a later moment, where its id may be another one. */
  chave(lugar) {
    const { processo, seq, evento } = this.eventos[lugar];
    // What is inferred has a line at the other end of its message.
    const linha = seq ?? this.#vizinhos(lugar).map((outro) => this.eventos[outro].seq).find((uma) => uma !== undefined);
    return `${this.nomes.get(processo)}\n${evento} ${linha}`;
  }

  /** The other ends of its messages. */
  #vizinhos(lugar) {
    const todos = [...this.anteriores[lugar], ...this.seguintes[lugar]];
    return todos.filter((outro) => this.eventos[outro].processo !== this.eventos[lugar].processo);
  }

  /**
   * What was sent and not received, though the other end of its connection is here, and an event there.
   * @returns {{de: number, la: number}[]}
   */
  #semRecebedor() {
    const via = (lugar) => `${this.eventos[lugar].processo}\n${this.eventos[lugar].conexao}`;
    const outroLado = new Map(this.mensagens.flatMap(({ de, para }) => [[via(de), para], [via(para), de]]));
    const recebidas = new Set(this.mensagens.map(({ de }) => de));
    const lugares = this.eventos.map((_, lugar) => lugar);
    const perdidas = lugares.filter((lugar) =>
      this.eventos[lugar].evento === "envio" && !recebidas.has(lugar) && outroLado.has(via(lugar)));
    return perdidas.map((de) => ({ de, la: outroLado.get(via(de)) }));
  }

  #ligar(de, para) {
    this.seguintes[de].push(para);
    this.anteriores[para].push(de);
  }

  /** Which event of its process it is, from 1: its own place in its vector. */
  #ordinal(lugar) {
    const evento = this.eventos[lugar];
    return evento.vetor[evento.processo];
  }

  /** Whether one event could have influenced another. */
  antes(um, outro) {
    if (um === outro) return false;
    return this.eventos[outro].vetor[this.eventos[um].processo] >= this.#ordinal(um);
  }

  /** What `outro` is to `um`: "proprio", "passado", "futuro" or "concorrente". */
  relacao(um, outro) {
    if (um === outro) return "proprio";
    if (this.antes(outro, um)) return "passado";
    return this.antes(um, outro) ? "futuro" : "concorrente";
  }

  /** The shortest way from one event to another, both included; null if no part of it is left out of this picture. */
  caminho(de, para) {
    const vindo = new Map([[de, de]]);
    let fronteira = [de];
    while (fronteira.length > 0 && !vindo.has(para)) {
      const seguinte = [];
      for (const um of fronteira) {
        for (const outro of this.seguintes[um]) {
          if (vindo.has(outro)) continue;
          vindo.set(outro, um);
          seguinte.push(outro);
        }
      }
      fronteira = seguinte;
    }
    if (!vindo.has(para)) return null;
    const passos = [para];
    while (passos[0] !== de) passos.unshift(vindo.get(passos[0]));
    return passos;
  }

  /**
   * The row of each event, and how many rows there are: one for each value of a clock, and further ones
   * where a clock has stayed at a value.
   */
  linhasPorLamport() {
    const vezes = this.eventos.map(() => 0);
    for (const fila of this.filas.values()) {
      for (let i = 1; i < fila.length; i += 1) {
        const ficou = this.eventos[fila[i]].relogio === this.eventos[fila[i - 1]].relogio;
        vezes[fila[i]] = ficou ? vezes[fila[i - 1]] + 1 : 0;
      }
    }
    const ordem = this.eventos.map((_, lugar) => lugar);
    ordem.sort((a, b) => comparar(this.eventos[a].relogio, this.eventos[b].relogio) || vezes[a] - vezes[b]);
    const linhas = this.eventos.map(() => 0);
    let linha = -1;
    ordem.forEach((lugar, onde) => {
      const anterior = ordem[onde - 1];
      const mesma = onde > 0 && vezes[anterior] === vezes[lugar] &&
        this.eventos[anterior].relogio === this.eventos[lugar].relogio;
      if (!mesma) linha += 1;
      linhas[lugar] = linha;
    });
    return { linhas, quantas: linha + 1 };
  }

  /**
   * The row of each event, one for each: causes first, and of what is left the earliest by the clock on
   * the wall of its process.
   */
  linhasPorChegada() {
    const faltam = this.anteriores.map((anteriores) => anteriores.length);
    const prontos = new Fila((a, b) => this.eventos[a].us - this.eventos[b].us || a - b);
    faltam.forEach((quantas, lugar) => quantas === 0 && prontos.por(lugar));
    const linhas = this.eventos.map(() => 0);
    let linha = 0;
    for (let lugar = prontos.tirar(); lugar !== undefined; lugar = prontos.tirar()) {
      linhas[lugar] = linha;
      linha += 1;
      for (const seguinte of this.seguintes[lugar]) {
        faltam[seguinte] -= 1;
        if (faltam[seguinte] === 0) prontos.por(seguinte);
      }
    }
    return { linhas, quantas: linha };
  }
}

/** A queue that gives the least first (a binary heap). */
class Fila {
  constructor(comparar) {
    this.comparar = comparar;
    this.itens = [];
  }

  por(item) {
    const { itens } = this;
    let filho = itens.push(item) - 1;
    while (filho > 0) {
      const pai = (filho - 1) >> 1;
      if (this.comparar(itens[pai], itens[filho]) <= 0) break;
      [itens[pai], itens[filho]] = [itens[filho], itens[pai]];
      filho = pai;
    }
  }

  tirar() {
    const { itens } = this;
    if (itens.length < 2) return itens.pop();
    const menor = itens[0];
    itens[0] = itens.pop();
    for (let pai = 0; ; ) {
      let filho = 2 * pai + 1;
      if (filho >= itens.length) break;
      if (filho + 1 < itens.length && this.comparar(itens[filho + 1], itens[filho]) < 0) filho += 1;
      if (this.comparar(itens[pai], itens[filho]) <= 0) break;
      [itens[pai], itens[filho]] = [itens[filho], itens[pai]];
      pai = filho;
    }
    return menor;
  }
}
