# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_pixson_servidor_global_optspecs
    string join \n host= porta= contas= banco= espera-banco= segmentos= silencioso lacos= max-conexoes= max-por-endereco= max-mensagem= prazo-mensagem= prazo-login= prazo-ocioso= prazo-escrita= log= log-formato= rastro= metricas= painel-tempo h/help V/version
end

function __fish_pixson_servidor_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_pixson_servidor_global_optspecs) -- $cmd 2>/dev/null
    or argparse -s (__fish_pixson_servidor_global_optspecs) -- $cmd[1..-2] 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_pixson_servidor_using_subcommand
    set -l cmd (__fish_pixson_servidor_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l host -d 'Endereço em que escutar [padrão: 127.0.0.1]' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l porta -d 'Porta em que escutar; 0 escolhe uma livre [padrão: 5000]' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l contas -d 'Diretório com um arquivo JSON por conta [padrão: contas]' -r -f -a "(__fish_complete_directories)"
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l banco -d 'Banco de contas no PostgreSQL, em lugar de arquivos: `postgres://USUÁRIO@HOST/BANCO`' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l espera-banco -d 'Quantos segundos uma operação espera pelo PostgreSQL antes de ser recusada [padrão: 5]' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l segmentos -d 'Quantos segmentos fechados do diário guardar como livro; os mais antigos são apagados, e o extrato passa a começar depois deles [padrão: todos]' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l lacos -d 'Quantos laços de eventos atendem as conexões; com 0, cada uma tem sua thread [padrão: 0, e 1 com --banco]' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l max-conexoes -d 'Quantas conexões atender ao mesmo tempo [padrão: 1024]' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l max-por-endereco -d 'Quantas conexões de um mesmo endereço [padrão: 512]' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l max-mensagem -d 'Tamanho da maior mensagem, de 100 a 1024 bytes [padrão: 1024]' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l prazo-mensagem -d 'Segundos do primeiro byte de uma mensagem até o fim dela [padrão: 10]' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l prazo-login -d 'Segundos da conexão até o login [padrão: 60]' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l prazo-ocioso -d 'Segundos sem nenhum pedido depois do login [padrão: 900]' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l prazo-escrita -d 'Segundos que um cliente tem para receber as respostas [padrão: 5]' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l log -d 'O que registrar na saída de erros: nada, erro, aviso, info ou detalhe [padrão: aviso]' -r -f -a "nada\t''
erro\t''
aviso\t''
info\t''
detalhe\t''"
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l log-formato -d 'Forma do registro: texto ou json [padrão: texto]' -r -f -a "texto\t''
json\t''"
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l rastro -d 'Arquivo em que gravar o rastro do relógio lógico, para pixson-cliente diagrama; tem RGs e saldos [padrão: nenhum]' -r -F
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l metricas -d 'Endereço em que oferecer /metrics e /saude, por HTTP [padrão: nenhum]' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l silencioso -d 'Não mostra nada na saída padrão enquanto atende'
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -l painel-tempo -d 'Oferece também /tempo, o diagrama dos últimos eventos e os saldos das suas contas, a quem alcançar o endereço de --metricas'
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -s V -l version -l versao -d 'Mostra a versão'
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -f -a "conta" -d 'Cria, ajusta e mostra contas'
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -f -a "importar" -d 'Cria as contas de um arquivo com uma linha de JSON por conta: todas ou nenhuma'
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -f -a "exportar" -d 'Escreve todas as contas, uma linha de JSON por conta'
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -f -a "extrato" -d 'Mostra os lançamentos de uma conta, com o saldo depois de cada um'
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -f -a "banco" -d 'Prepara um banco no PostgreSQL'
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -f -a "auditar" -d 'Recalcula todos os saldos a partir do diário, e mostra o que não confere'
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -f -a "completar" -d 'Gera o arquivo de que o shell precisa para completar a linha de comando'
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -f -a "manual" -d 'Gera a página de manual do programa ou de um de seus comandos'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and not __fish_seen_subcommand_from criar listar mostrar ajustar" -l contas -d 'Diretório com um arquivo JSON por conta [padrão: contas]' -r -f -a "(__fish_complete_directories)"
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and not __fish_seen_subcommand_from criar listar mostrar ajustar" -l banco -d 'Banco de contas no PostgreSQL, em lugar de arquivos: `postgres://USUÁRIO@HOST/BANCO`' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and not __fish_seen_subcommand_from criar listar mostrar ajustar" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and not __fish_seen_subcommand_from criar listar mostrar ajustar" -f -a "criar" -d 'Cria uma conta'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and not __fish_seen_subcommand_from criar listar mostrar ajustar" -f -a "listar" -d 'Mostra todas as contas, em ordem de RG'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and not __fish_seen_subcommand_from criar listar mostrar ajustar" -f -a "mostrar" -d 'Mostra uma conta'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and not __fish_seen_subcommand_from criar listar mostrar ajustar" -f -a "ajustar" -d 'Muda o saldo de uma conta'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from criar" -l nome -d 'Nome do titular, de até 100 caracteres' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from criar" -l saldo -d 'Saldo inicial, com ponto ou vírgula [padrão: 0]' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from criar" -l contas -d 'Diretório com um arquivo JSON por conta [padrão: contas]' -r -f -a "(__fish_complete_directories)"
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from criar" -l banco -d 'Banco de contas no PostgreSQL, em lugar de arquivos: `postgres://USUÁRIO@HOST/BANCO`' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from criar" -l json -d 'Mostra o resultado como um objeto JSON'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from criar" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from listar" -l contas -d 'Diretório com um arquivo JSON por conta [padrão: contas]' -r -f -a "(__fish_complete_directories)"
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from listar" -l banco -d 'Banco de contas no PostgreSQL, em lugar de arquivos: `postgres://USUÁRIO@HOST/BANCO`' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from listar" -l json -d 'Mostra cada conta como um objeto JSON'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from listar" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from mostrar" -l contas -d 'Diretório com um arquivo JSON por conta [padrão: contas]' -r -f -a "(__fish_complete_directories)"
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from mostrar" -l banco -d 'Banco de contas no PostgreSQL, em lugar de arquivos: `postgres://USUÁRIO@HOST/BANCO`' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from mostrar" -l json -d 'Mostra a conta como um objeto JSON'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from mostrar" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from ajustar" -l saldo -d 'Saldo que a conta passa a ter, com ponto ou vírgula' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from ajustar" -l contas -d 'Diretório com um arquivo JSON por conta [padrão: contas]' -r -f -a "(__fish_complete_directories)"
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from ajustar" -l banco -d 'Banco de contas no PostgreSQL, em lugar de arquivos: `postgres://USUÁRIO@HOST/BANCO`' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from ajustar" -l json -d 'Mostra o resultado como um objeto JSON'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from ajustar" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand importar" -l contas -d 'Diretório com um arquivo JSON por conta [padrão: contas]' -r -f -a "(__fish_complete_directories)"
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand importar" -l banco -d 'Banco de contas no PostgreSQL, em lugar de arquivos: `postgres://USUÁRIO@HOST/BANCO`' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand importar" -l json -d 'Mostra o resultado como um objeto JSON'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand importar" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand exportar" -l contas -d 'Diretório com um arquivo JSON por conta [padrão: contas]' -r -f -a "(__fish_complete_directories)"
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand exportar" -l banco -d 'Banco de contas no PostgreSQL, em lugar de arquivos: `postgres://USUÁRIO@HOST/BANCO`' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand exportar" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand extrato" -l contas -d 'Diretório com um arquivo JSON por conta [padrão: contas]' -r -f -a "(__fish_complete_directories)"
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand extrato" -l banco -d 'Banco de contas no PostgreSQL, em lugar de arquivos: `postgres://USUÁRIO@HOST/BANCO`' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand extrato" -l json -d 'Mostra cada lançamento como um objeto JSON'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand extrato" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand banco; and not __fish_seen_subcommand_from preparar" -l contas -d 'Diretório com um arquivo JSON por conta [padrão: contas]' -r -f -a "(__fish_complete_directories)"
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand banco; and not __fish_seen_subcommand_from preparar" -l banco -d 'Banco de contas no PostgreSQL, em lugar de arquivos: `postgres://USUÁRIO@HOST/BANCO`' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand banco; and not __fish_seen_subcommand_from preparar" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand banco; and not __fish_seen_subcommand_from preparar" -f -a "preparar" -d 'Cria as tabelas, se ainda não existem'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand banco; and __fish_seen_subcommand_from preparar" -l contas -d 'Diretório com um arquivo JSON por conta [padrão: contas]' -r -f -a "(__fish_complete_directories)"
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand banco; and __fish_seen_subcommand_from preparar" -l banco -d 'Banco de contas no PostgreSQL, em lugar de arquivos: `postgres://USUÁRIO@HOST/BANCO`' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand banco; and __fish_seen_subcommand_from preparar" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand auditar" -l contas -d 'Diretório com um arquivo JSON por conta [padrão: contas]' -r -f -a "(__fish_complete_directories)"
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand auditar" -l banco -d 'Banco de contas no PostgreSQL, em lugar de arquivos: `postgres://USUÁRIO@HOST/BANCO`' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand auditar" -l json -d 'Mostra cada divergência e os totais como objetos JSON'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand auditar" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand completar" -l contas -d 'Diretório com um arquivo JSON por conta [padrão: contas]' -r -f -a "(__fish_complete_directories)"
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand completar" -l banco -d 'Banco de contas no PostgreSQL, em lugar de arquivos: `postgres://USUÁRIO@HOST/BANCO`' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand completar" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand manual" -l contas -d 'Diretório com um arquivo JSON por conta [padrão: contas]' -r -f -a "(__fish_complete_directories)"
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand manual" -l banco -d 'Banco de contas no PostgreSQL, em lugar de arquivos: `postgres://USUÁRIO@HOST/BANCO`' -r -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand manual" -s h -l help -l ajuda -d 'Mostra esta ajuda'
complete -c pixson-servidor -n "__fish_pixson_servidor_needs_command" -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from criar" -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from listar" -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from mostrar" -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand conta; and __fish_seen_subcommand_from ajustar" -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand extrato" -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand banco; and __fish_seen_subcommand_from preparar" -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand auditar" -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand completar" -f
complete -c pixson-servidor -n "__fish_pixson_servidor_using_subcommand manual" -f
