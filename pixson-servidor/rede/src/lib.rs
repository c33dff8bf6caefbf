//! A bank of the Pixson protocol on TCP, inside any program: a listener, a thread for each connection
//! or a few event loops for all of them, limits and an orderly stop.
//!
//! ```
//! use std::io::{self, BufRead, BufReader, Write};
//! use std::net::{TcpListener, TcpStream};
//! use std::thread;
//!
//! use pixson_core::banco::BancoMemoria;
//! use pixson_core::{Saldo, Servico};
//! use pixson_rede::{Limites, Parada, Servidor};
//!
//! let banco = BancoMemoria::com_contas([("1".parse()?, Saldo::de_centavos(1000)?)]);
//! let ouvinte = TcpListener::bind("127.0.0.1:0")?;
//! let endereco = ouvinte.local_addr()?;
//! let limites = Limites::default();
//! let servico = Servico::novo(banco).com_configuracao(limites.configuracao());
//! let servidor = Servidor::novo(servico, ouvinte, limites, Parada::default(), ());
//!
//! thread::scope(|escopo| {
//!     let servindo = escopo.spawn(|| servidor.servir(|| Ok::<(), io::Error>(())));
//!     let mut fluxo = TcpStream::connect(endereco)?;
//!     fluxo.write_all(b"t:1|op:6|rg:1\n")?;
//!     let mut resposta = String::new();
//!     BufReader::new(&fluxo).read_line(&mut resposta)?;
//!     assert_eq!(resposta, "t:3|s:0|resposta:Login realizado com sucesso\n");
//!     servidor.parada().pedir();
//!     servindo.join().expect("no panic")
//! })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | decides |
//! |---|---|
//! | [`conexao`] | deadlines, pauses, what is written, half-close and drain of one connection: without IO |
//! | `fio`, `lacos` | how a thread drives it over a socket, and how an event loop drives many |
//! | `conducao` | which of the two |
//! | `servidor`, `aceitacao`, `portaria` | who gets in, and how all end |
//! | `recusa` | how those who do not get in are told |
//! | `panico` | that a panic costs one connection |
//! | `recursos` | how many connections the system allows |
//!
//! The crate prints nothing and logs nothing: an [`Observador`] is told what happens.

mod aceitacao;
mod admitida;
mod atendimento;
mod conducao;
pub mod conexao;
mod confirmador;
mod fio;
mod lacos;
mod limites;
mod observador;
mod panico;
mod parada;
mod portaria;
mod preparo;
mod recursos;
mod recusa;
mod servidor;
mod tarefa;

pub use self::conducao::Conducao;
pub use self::conexao::{ConexaoServidor, Encerramento};
pub use self::limites::Limites;
pub use self::observador::{Observador, ObservadorDeConexao};
pub use self::parada::Parada;
pub use self::recursos::{Escassez, espaco_restante};
pub use self::servidor::Servidor;
pub use self::tarefa::tarefa;
