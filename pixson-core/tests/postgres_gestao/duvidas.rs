//! Acts whose answer is lost, and what was refused before an act.

use super::*;

#[test]
fn an_act_whose_commit_was_not_answered_is_asked_for() {
    let Some(bancada) = Bancada::nova() else { return };
    for (corte, numero, existe) in [
        (CorteDaRede::Depois, "1", true),
        (CorteDaRede::Antes, "2", false),
        (CorteDaRede::ParaSempre, "3", true),
    ] {
        let Some((rede, url)) = bancada.motor.rede(&bancada.nome) else { return };
        let configuracao: ConfiguracaoPostgres = url.parse().expect("a URL");
        let configuracao = configuracao.com_espera(Duration::from_secs(1));
        let mut administracao = AdministracaoPostgres::abrir(configuracao).expect("it is there");
        rede.cortar_no_commit(corte);
        let aberta = administracao.abrir_contas(&abertura(&[(numero, 0)]));
        assert!(rede.cortou(), "{corte:?}");
        match (corte, aberta) {
            (CorteDaRede::Depois, Ok(()))
            | (CorteDaRede::Antes, Err(ErroDeGestao::NadaFeito(_)))
            | (CorteDaRede::ParaSempre, Err(ErroDeGestao::Desconhecido)) => {}
            (_, aberta) => panic!("{corte:?}: {aberta:?}"),
        }
        let conta = bancada.administracao().conta(rg(numero)).expect("readable");
        assert_eq!(conta.is_some(), existe, "{corte:?}");
    }
    assert_eq!(bancada.auditar().divergencias, []);
}

#[test]
fn a_login_that_was_refused_before_is_refused_no_more() {
    let Some(bancada) = Bancada::nova() else { return };
    let (servidor, relogio) = (bancada.servidor(), Relogio::novo());
    let login = Operacao::Login { rg: rg("5") };
    let negada = servidor.executar(login, &relogio).expect("stamps are left");
    assert_eq!(negada.desfecho, Err(Recusa::ClienteNaoEncontrado));
    bancada.administracao().abrir_contas(&abertura(&[("5", 1)])).expect("no conflict");
    let aceita = servidor.executar(login, &relogio).expect("stamps are left");
    assert_eq!(aceita.desfecho, Ok(Sucesso::Login));
}
