# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_pixson_cliente_global_optspecs
    string join \n rg= host= porta= tempo-limite= rastro= json cor= h/help V/version
end

function __fish_pixson_cliente_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_pixson_cliente_global_optspecs) -- $cmd 2>/dev/null
    or argparse -s (__fish_pixson_cliente_global_optspecs) -- $cmd[1..-2] 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_pixson_cliente_using_subcommand
    set -l cmd (__fish_pixson_cliente_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -l rg -d 'RG da conta, de 1 a 10 dígitos [ambiente: PIXSON_RG]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -l host -d 'Endereço do servidor [padrão: localhost; ambiente: PIXSON_HOST]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -l porta -d 'Porta do servidor [padrão: 5000; ambiente: PIXSON_PORTA]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -l tempo-limite -d 'Quanto tempo esperar pela conexão, e depois por cada resposta [padrão: 30]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -l rastro -d 'Arquivo em que gravar o rastro do relógio lógico, para o comando diagrama [padrão: nenhum]' -r -F
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -l cor -d 'Cores do menu no terminal: auto, sempre ou nunca [padrão: auto]' -r -f -a "auto\t''
sempre\t''
nunca\t''"
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -l json -d 'Responde em JSON, um objeto por linha'
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -s V -l version -l versao -d 'Mostra a versão'
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -a "saldo" -d 'Mostra o saldo da conta'
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -a "saque" -d 'Saca um valor da conta'
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -a "deposito" -d 'Deposita um valor na conta'
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -a "transferencia" -d 'Transfere um valor para outra conta'
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -a "script" -d 'Executa comandos de um arquivo ou da entrada padrão, um por linha'
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -a "ping" -d 'Mede o tempo de ida e volta até o servidor, e mostra o relógio dele'
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -a "carga" -d 'Mede o servidor sob carga, e confere se nenhum dinheiro surgiu ou sumiu'
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -a "cena" -d 'Encena, passo a passo, o que clientes pedem e recebem, e escreve os rastros deles'
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -a "diagrama" -d 'Desenha o que aconteceu, a partir dos rastros de quem participou, e confere os relógios'
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -a "completar" -d 'Gera o arquivo de que o shell precisa para completar a linha de comando'
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -a "manual" -d 'Gera a página de manual do programa ou de um de seus comandos'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand saldo" -l rg -d 'RG da conta, de 1 a 10 dígitos [ambiente: PIXSON_RG]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand saldo" -l host -d 'Endereço do servidor [padrão: localhost; ambiente: PIXSON_HOST]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand saldo" -l porta -d 'Porta do servidor [padrão: 5000; ambiente: PIXSON_PORTA]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand saldo" -l tempo-limite -d 'Quanto tempo esperar pela conexão, e depois por cada resposta [padrão: 30]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand saldo" -l rastro -d 'Arquivo em que gravar o rastro do relógio lógico, para o comando diagrama [padrão: nenhum]' -r -F
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand saldo" -l json -d 'Responde em JSON, um objeto por linha'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand saldo" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand saque" -l rg -d 'RG da conta, de 1 a 10 dígitos [ambiente: PIXSON_RG]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand saque" -l host -d 'Endereço do servidor [padrão: localhost; ambiente: PIXSON_HOST]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand saque" -l porta -d 'Porta do servidor [padrão: 5000; ambiente: PIXSON_PORTA]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand saque" -l tempo-limite -d 'Quanto tempo esperar pela conexão, e depois por cada resposta [padrão: 30]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand saque" -l rastro -d 'Arquivo em que gravar o rastro do relógio lógico, para o comando diagrama [padrão: nenhum]' -r -F
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand saque" -l json -d 'Responde em JSON, um objeto por linha'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand saque" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand deposito" -l rg -d 'RG da conta, de 1 a 10 dígitos [ambiente: PIXSON_RG]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand deposito" -l host -d 'Endereço do servidor [padrão: localhost; ambiente: PIXSON_HOST]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand deposito" -l porta -d 'Porta do servidor [padrão: 5000; ambiente: PIXSON_PORTA]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand deposito" -l tempo-limite -d 'Quanto tempo esperar pela conexão, e depois por cada resposta [padrão: 30]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand deposito" -l rastro -d 'Arquivo em que gravar o rastro do relógio lógico, para o comando diagrama [padrão: nenhum]' -r -F
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand deposito" -l json -d 'Responde em JSON, um objeto por linha'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand deposito" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand transferencia" -l para -d 'RG da conta que recebe' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand transferencia" -l rg -d 'RG da conta, de 1 a 10 dígitos [ambiente: PIXSON_RG]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand transferencia" -l host -d 'Endereço do servidor [padrão: localhost; ambiente: PIXSON_HOST]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand transferencia" -l porta -d 'Porta do servidor [padrão: 5000; ambiente: PIXSON_PORTA]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand transferencia" -l tempo-limite -d 'Quanto tempo esperar pela conexão, e depois por cada resposta [padrão: 30]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand transferencia" -l rastro -d 'Arquivo em que gravar o rastro do relógio lógico, para o comando diagrama [padrão: nenhum]' -r -F
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand transferencia" -l json -d 'Responde em JSON, um objeto por linha'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand transferencia" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand script" -l rg -d 'RG da conta, de 1 a 10 dígitos [ambiente: PIXSON_RG]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand script" -l host -d 'Endereço do servidor [padrão: localhost; ambiente: PIXSON_HOST]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand script" -l porta -d 'Porta do servidor [padrão: 5000; ambiente: PIXSON_PORTA]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand script" -l tempo-limite -d 'Quanto tempo esperar pela conexão, e depois por cada resposta [padrão: 30]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand script" -l rastro -d 'Arquivo em que gravar o rastro do relógio lógico, para o comando diagrama [padrão: nenhum]' -r -F
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand script" -l parar-no-erro -d 'Para na primeira linha que não é feita'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand script" -l json -d 'Responde em JSON, um objeto por linha'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand script" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand ping" -l rg -d 'Não serve para este comando' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand ping" -l host -d 'Endereço do servidor [padrão: localhost; ambiente: PIXSON_HOST]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand ping" -l porta -d 'Porta do servidor [padrão: 5000; ambiente: PIXSON_PORTA]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand ping" -l tempo-limite -d 'Quanto tempo esperar pela conexão, e depois por cada resposta [padrão: 30]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand ping" -l rastro -d 'Arquivo em que gravar o rastro do relógio lógico, para o comando diagrama [padrão: nenhum]' -r -F
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand ping" -l json -d 'Responde em JSON, um objeto por linha'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand ping" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand carga" -l operacao -d 'O que pedir: saldo, deposito, transferencia ou misto, que é metade saldos, um quarto depósitos e um quarto transferências [padrão: saldo]' -r -f -a "saldo\t''
deposito\t''
transferencia\t''
misto\t''"
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand carga" -l conexoes -d 'Quantas conexões ao mesmo tempo [padrão: 10]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand carga" -l pipeline -d 'Quantos pedidos cada conexão mantém sem resposta [padrão: 1]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand carga" -l lacos -d 'Quantos laços de eventos conduzem as conexões; com 0, cada uma tem sua thread [padrão: 0]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand carga" -l duracao -d 'Por quanto tempo enviar pedidos [padrão: 10]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand carga" -l taxa -d 'Agenda este número de envios por segundo, ao todo, qualquer que seja o ritmo do servidor, e conta a latência a partir do instante agendado [padrão: envia quando chegam respostas]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand carga" -l rgs -d 'As contas, separadas por vírgulas, ou um intervalo de RGs com o mesmo número de dígitos, como 1000000000-1000000999 [padrão: as dez contas de exemplo]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand carga" -l contas-quentes -d 'Usa só as N primeiras contas; com 1, toda transferência sai da primeira ou entra nela' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand carga" -l semente -d 'Semente dos sorteios: com a mesma, as escolhas se repetem [padrão: 1]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand carga" -l rg -d 'Não serve para este comando' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand carga" -l host -d 'Endereço do servidor [padrão: localhost; ambiente: PIXSON_HOST]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand carga" -l porta -d 'Porta do servidor [padrão: 5000; ambiente: PIXSON_PORTA]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand carga" -l tempo-limite -d 'Quanto tempo esperar pela conexão, e depois por cada resposta [padrão: 30]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand carga" -l rastro -d 'Arquivo em que gravar o rastro do relógio lógico, para o comando diagrama [padrão: nenhum]' -r -F
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand carga" -l eco -d 'Fala com um eco em vez de um banco, sem login e sem conferir dinheiro: mede a rede e o próprio cliente'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand carga" -l progresso -d 'Mostra o andamento a cada segundo, mesmo que a saída de erros não seja um terminal'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand carga" -l json -d 'Responde em JSON, um objeto por linha'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand carga" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand cena" -l rg -d 'Não serve para este comando' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand cena" -l rastro -d 'Não serve para este comando' -r -F
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand cena" -l host -d 'Endereço do servidor [padrão: localhost; ambiente: PIXSON_HOST]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand cena" -l porta -d 'Porta do servidor [padrão: 5000; ambiente: PIXSON_PORTA]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand cena" -l tempo-limite -d 'Quanto tempo esperar pela conexão, e depois por cada resposta [padrão: 30]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand cena" -l sem-servidor -d 'Não escreve o lado do servidor, que é inferido das respostas'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand cena" -l json -d 'Não serve para este comando'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand cena" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand diagrama" -l formato -d 'Formato do diagrama: html, svg, shiviz, mermaid ou json [padrão: html]' -r -f -a "html\t''
svg\t''
shiviz\t''
mermaid\t''
json\t''"
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand diagrama" -l conta -d 'Só o que foi pedido em nome desta conta, e as transferências para ela' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand diagrama" -l conexao -d 'Só a conexão que tem este número no rastro do servidor' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand diagrama" -l de -d 'Só as linhas do rastro do servidor a partir desta' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand diagrama" -l ate -d 'Só as linhas do rastro do servidor até esta' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand diagrama" -l perguntas -d 'Em vez de um diagrama, até N perguntas sobre o que aconteceu' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand diagrama" -l semente -d 'Quais perguntas: as mesmas a cada vez que o número é o mesmo [padrão: 1]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand diagrama" -l rg -d 'Não serve para este comando' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand diagrama" -l host -d 'Não serve para este comando' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand diagrama" -l porta -d 'Não serve para este comando' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand diagrama" -l tempo-limite -d 'Não serve para este comando' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand diagrama" -l rastro -d 'Não serve para este comando' -r -F
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand diagrama" -l um-por-vez -d 'Os clientes sem rastro esperam cada resposta antes do próximo pedido: seus carimbos dizem mais'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand diagrama" -l gabarito -d 'Responde a cada pergunta'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand diagrama" -l json -d 'Não serve para este comando'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand diagrama" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand completar" -l rg -d 'RG da conta, de 1 a 10 dígitos [ambiente: PIXSON_RG]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand completar" -l host -d 'Endereço do servidor [padrão: localhost; ambiente: PIXSON_HOST]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand completar" -l porta -d 'Porta do servidor [padrão: 5000; ambiente: PIXSON_PORTA]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand completar" -l tempo-limite -d 'Quanto tempo esperar pela conexão, e depois por cada resposta [padrão: 30]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand completar" -l rastro -d 'Arquivo em que gravar o rastro do relógio lógico, para o comando diagrama [padrão: nenhum]' -r -F
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand completar" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand completar" -l json -d 'Responde em JSON, um objeto por linha'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand manual" -l rg -d 'RG da conta, de 1 a 10 dígitos [ambiente: PIXSON_RG]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand manual" -l host -d 'Endereço do servidor [padrão: localhost; ambiente: PIXSON_HOST]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand manual" -l porta -d 'Porta do servidor [padrão: 5000; ambiente: PIXSON_PORTA]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand manual" -l tempo-limite -d 'Quanto tempo esperar pela conexão, e depois por cada resposta [padrão: 30]' -r -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand manual" -l rastro -d 'Arquivo em que gravar o rastro do relógio lógico, para o comando diagrama [padrão: nenhum]' -r -F
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand manual" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand manual" -l json -d 'Responde em JSON, um objeto por linha'
complete -c pixson-cliente -n "__fish_pixson_cliente_needs_command" -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand saldo" -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand saque" -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand deposito" -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand transferencia" -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand ping" -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand carga" -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand completar" -f
complete -c pixson-cliente -n "__fish_pixson_cliente_using_subcommand manual" -f
