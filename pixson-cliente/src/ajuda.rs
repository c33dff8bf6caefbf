//! What the pages of help say after the options.

/// The text of the help page after the options.
pub(crate) const AJUDA: &str = "\
Sem comando, abre o menu do programa original. O RG vem de --rg ou de PIXSON_RG; sem eles, o menu
pergunta qual é.
Respostas vão para a saída padrão; recusas e avisos, para a saída de erros.

O código de saída é 0 se tudo foi feito, 1 se o banco recusa, 2 se a linha de comando é inválida,
3 se não há conexão ou o servidor não responde, 4 se ele não segue o protocolo, 5 se não se sabe se
uma operação foi feita, 6 se a saída não pode ser escrita, e 130 depois de Ctrl-C. Com 6, nada mais
foi pedido ao servidor, e a saída de erros diz o que já tinha sido feito.

Exemplos:
  pixson-cliente 1111111111 --porta 5000
  pixson-cliente --rg 1111111111 saldo
  pixson-cliente --rg 1111111111 saque 8,50
  pixson-cliente --rg 1111111111 --json transferencia --para 2222222222 5.5
  pixson-cliente --rg 1111111111 script < pagamentos.txt
  pixson-cliente ping --tempo-limite 2
  pixson-cliente carga --operacao transferencia --conexoes 50";

/// The text of the page of `script` after the options.
pub(crate) const AJUDA_DO_SCRIPT: &str = "\
Cada linha tem um comando, com as palavras da linha de comando: saldo, saque VALOR, deposito VALOR,
transferencia --para RG VALOR. O que vem depois de # é comentário. Se a última linha não termina
com uma quebra de linha, ela não é executada: pode estar cortada.

Uma linha recusada ou inválida é indicada pelo número, e o script continua, a não ser com
--parar-no-erro. Uma conexão perdida ou um resultado desconhecido sempre interrompe o script.

O código de saída é o maior entre os das linhas: 0 se tudo foi feito, 1 se o banco recusou alguma, 2
se alguma é inválida, e 3, 4 ou 5 se o script parou por um motivo que pixson-cliente --help explica.
Se não for possível escrever o resultado de uma linha, o script para ali e termina com 6, ou com 5 se
não se sabe se a operação foi feita; a saída de erros informa quantos comandos foram executados.

Exemplos:
  pixson-cliente --rg 1111111111 script < pagamentos.txt
  pixson-cliente --rg 1111111111 --json script --parar-no-erro pagamentos.txt";

/// The text of the page of `ping` after the options.
pub(crate) const AJUDA_DO_PING: &str = "\
Pede um saldo sem fazer login, o que o servidor recusa sem mexer em nenhuma conta, e mostra o tempo
de ida e volta e o relógio lógico do servidor.

O código de saída é 0 se o servidor atende, 1 se está lotado ou indisponível, 3 se não responde, 4
se não segue o protocolo e 6 se a saída não pode ser escrita.

Exemplos:
  pixson-cliente ping
  pixson-cliente ping --host 127.0.0.1 --porta 5000 --tempo-limite 2 --json";

/// The text of the page of `carga` after the options.
pub(crate) const AJUDA_DA_CARGA: &str = "\
Cada depósito e cada transferência movimenta um centavo; cada conexão só movimenta o dinheiro da
conta em que fez login. Ninguém mais deve usar essas contas durante a carga.

O código de saída é 0 se tudo foi respondido e o dinheiro confere, 1 se não confere ou se o banco
recusa uma conta, 2 se a linha de comando é inválida, 3 se uma conexão se perdeu, 4 se o servidor
não segue o protocolo, 5 se não se sabe se uma operação foi feita, 6 se o relatório não pode ser
escrito, e 130 depois de Ctrl-C, que encerra a carga antes do tempo, com o relatório e a
conferência; o segundo Ctrl-C encerra o programa na hora, sem nenhum dos dois.

Exemplos:
  pixson-cliente carga --operacao saldo --conexoes 10 --pipeline 32
  pixson-cliente carga --operacao deposito --taxa 1000
  pixson-cliente carga --operacao transferencia --rgs 1000000000-1000000063 --conexoes 64";

/// The text of the page of `cena` after the options.
pub(crate) const AJUDA_DA_CENA: &str = "\
Uma cena diz, passo a passo, que cliente envia e que cliente recebe. Os passos são dados na ordem do
texto, em um servidor de verdade, e os rastros de todos vão para a saída padrão: são os mesmos a cada
vez, a não ser pelos tempos e pelas portas, se o servidor acabou de iniciar e tem as mesmas contas.

O código de saída é 0 se tudo aconteceu como a cena diz, 1 se algo aconteceu de outro modo, 2 se o
texto não é uma cena, 3 se ele não pode ser lido ou se não há conexão, 4 se o servidor não segue o
protocolo, 5 se não se sabe se uma operação foi feita, 6 se a saída não pode ser escrita, e 130 depois
de Ctrl-C.

Exemplos:
  pixson-cliente cena docs/cenas/fundadora.txt | pixson-cliente diagrama - > fundadora.html
  pixson-cliente cena --sem-servidor minha.txt > clientes.jsonl";

/// The text of the page of `diagrama` after the options.
pub(crate) const AJUDA_DO_DIAGRAMA: &str = "\
O diagrama vai para a saída padrão. O diagnóstico vai para a saída de erros: que processo não seguiu
as regras do relógio lógico, em que evento, e quanto o relógio devia marcar. De um cliente sem
rastro, só se veem os carimbos dos pedidos que chegaram ao servidor.

O código de saída é 0 se nenhuma regra foi quebrada, 1 se alguma foi, 2 se a linha de comando é
inválida ou se o diagrama não caberia em uma figura, 3 se um arquivo não pode ser lido ou não é um
rastro, e 6 se a saída não pode ser escrita.

Exemplos:
  pixson-cliente diagrama servidor.jsonl ana.jsonl > conversa.html
  pixson-cliente diagrama servidor.jsonl --conexao 3 --formato mermaid
  pixson-cliente diagrama servidor.jsonl --um-por-vez --formato json | jq .infracoes
  pixson-cliente diagrama servidor.jsonl --perguntas 5 --semente 7 --gabarito";
