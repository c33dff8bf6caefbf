//! What each source file of a crate uses of the others, read from the syntax.
//!
//! A name that a module only passes on, by `pub use`, is followed to the file that defines it. A file
//! uses another if it names something that is defined there, or calls a method that only that file
//! gives to a type of somewhere else. What stands in a macro is read if it is a list of expressions.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    Expr, File, Ident, ImplItem, Item, ItemImpl, Token, TraitItem, Type, UseTree, Visibility,
};

/// Which files a file uses; all are named by their path below `src`.
pub(crate) type Flechas = BTreeMap<String, BTreeSet<String>>;

type Caminho = Vec<String>;

/// What a name in a module stands for.
enum Significado {
    Definido,
    /// It is brought in from there, and passed on if `publico`.
    Trazido {
        de: Caminho,
        publico: bool,
    },
}

#[derive(Default)]
struct Modulo {
    arquivo: String,
    nomes: HashMap<String, Significado>,
}

/// A crate: its modules, and which files define a method of which name.
#[derive(Default)]
pub(crate) struct Fontes {
    arvores: Vec<(String, Caminho, File)>,
    modulos: HashMap<Caminho, Modulo>,
    metodos: HashMap<String, BTreeSet<String>>,
    /// Methods of types of other files.
    apartados: BTreeSet<String>,
}

/// A block `impl` of a type that another file defines.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Implementacao {
    /// The file with the block.
    pub(crate) arquivo: String,
    /// The file that defines the type.
    pub(crate) do_tipo: String,
    /// The file that defines the trait, or nothing if that is another crate's; `None` without a trait.
    pub(crate) do_trait: Option<String>,
}

impl Fontes {
    /// A crate of these files: their paths below `src`, with `/`, and their text.
    pub(crate) fn novas<'a>(arquivos: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut fontes = Self::default();
        for (arquivo, texto) in arquivos {
            let arvore = syn::parse_file(texto).unwrap_or_else(|erro| panic!("{arquivo}: {erro}"));
            let modulo = modulo_de(arquivo);
            fontes.registrar(arquivo, &modulo, &arvore.items);
            fontes.arvores.push((arquivo.to_owned(), modulo, arvore));
        }
        let apartadas = fontes.apartadas().filter(|(_, bloco)| bloco.do_trait.is_none());
        let apartados = apartadas.flat_map(|(item, _)| metodos(item).map(ToString::to_string));
        fontes.apartados = apartados.collect();
        fontes
    }

    fn registrar(&mut self, arquivo: &str, modulo: &Caminho, itens: &[Item]) {
        let mut nomes = HashMap::new();
        for item in itens {
            let nome = match item {
                Item::Const(item) => &item.ident,
                Item::Enum(item) => &item.ident,
                Item::Fn(item) => &item.sig.ident,
                Item::Static(item) => &item.ident,
                Item::Struct(item) => &item.ident,
                Item::Trait(item) => {
                    for metodo in &item.items {
                        if let TraitItem::Fn(metodo) = metodo {
                            self.anotar(arquivo, &metodo.sig.ident);
                        }
                    }
                    &item.ident
                }
                Item::Type(item) => &item.ident,
                Item::Mod(item) => {
                    if let Some((_, itens)) = &item.content {
                        let filho = [modulo.clone(), vec![item.ident.to_string()]].concat();
                        self.registrar(arquivo, &filho, itens);
                    }
                    continue;
                }
                Item::Impl(item) => {
                    metodos(item).for_each(|metodo| self.anotar(arquivo, metodo));
                    continue;
                }
                Item::Use(item) => {
                    let publico = !matches!(item.vis, Visibility::Inherited);
                    for (nome, de) in folhas(&item.tree) {
                        nomes.insert(nome, Significado::Trazido { de, publico });
                    }
                    continue;
                }
                _ => continue,
            };
            nomes.insert(nome.to_string(), Significado::Definido);
        }
        let arquivo = arquivo.to_owned();
        self.modulos.insert(modulo.clone(), Modulo { arquivo, nomes });
    }

    fn anotar(&mut self, arquivo: &str, metodo: &Ident) {
        self.metodos.entry(metodo.to_string()).or_default().insert(arquivo.to_owned());
    }

    /// The file that defines what `caminho` means in `modulo`; `None` if it is not of this crate, or is
    /// a module.
    fn resolver(&self, modulo: &[String], caminho: &[String]) -> Option<&str> {
        let mut onde = modulo.to_vec();
        let mut resto = caminho;
        loop {
            let (nome, depois) = resto.split_first()?;
            match nome.as_str() {
                "crate" => onde.clear(),
                "self" => {}
                "super" => drop(onde.pop()),
                _ => {
                    let filho = [onde.clone(), vec![nome.clone()]].concat();
                    if self.modulos.contains_key(&filho) {
                        onde = filho;
                    } else {
                        let aqui = self.modulos.get(&onde)?;
                        return match aqui.nomes.get(nome)? {
                            Significado::Definido => Some(&aqui.arquivo),
                            // A name that stands for itself is another crate's.
                            Significado::Trazido { de, .. } if de.first() == Some(nome) => None,
                            Significado::Trazido { de, .. } => {
                                let de = [de.as_slice(), depois].concat();
                                self.resolver(&onde, &de)
                            }
                        };
                    }
                }
            }
            resto = depois;
        }
    }

    /// The arrows between the files.
    pub(crate) fn flechas(&self) -> Flechas {
        let mut flechas = Flechas::new();
        for (arquivo, modulo, arvore) in &self.arvores {
            let usados = BTreeSet::new();
            let mut leitor = Leitor { fontes: self, modulo: modulo.clone(), usados };
            leitor.visit_file(arvore);
            leitor.usados.remove(arquivo);
            flechas.insert(arquivo.clone(), leitor.usados);
        }
        flechas
    }

    /// The blocks `impl` that stand apart from their type.
    pub(crate) fn implementacoes(&self) -> impl Iterator<Item = Implementacao> {
        self.apartadas().map(|(_, implementacao)| implementacao)
    }

    fn apartadas(&self) -> impl Iterator<Item = (&ItemImpl, Implementacao)> {
        self.arvores.iter().flat_map(move |(arquivo, modulo, arvore)| {
            arvore.items.iter().filter_map(move |item| {
                let Item::Impl(item) = item else { return None };
                let Type::Path(tipo) = &*item.self_ty else { return None };
                let do_tipo = self.resolver(modulo, &partes(&tipo.path))?;
                let do_trait = item.trait_.as_ref().map(|(_, caminho, _)| {
                    self.resolver(modulo, &partes(caminho)).unwrap_or_default().to_owned()
                });
                let (arquivo, do_tipo) = (arquivo.clone(), do_tipo.to_owned());
                let implementacao = Implementacao { arquivo, do_tipo, do_trait };
                let Implementacao { arquivo, do_tipo, .. } = &implementacao;
                (arquivo != do_tipo).then_some((item, implementacao))
            })
        })
    }
}

fn metodos(item: &ItemImpl) -> impl Iterator<Item = &Ident> {
    item.items.iter().filter_map(|metodo| match metodo {
        ImplItem::Fn(metodo) => Some(&metodo.sig.ident),
        _ => None,
    })
}

/// A circle in the arrows, from a file back to itself, if there is one.
pub(crate) fn circulo(flechas: &Flechas) -> Option<Vec<String>> {
    fn seguir(de: &str, flechas: &Flechas, via: &mut Vec<String>, vistos: &mut BTreeSet<String>) {
        if let Some(inicio) = via.iter().position(|passo| passo == de) {
            via.drain(..inicio);
            via.push(de.to_owned());
            return;
        }
        if !vistos.insert(de.to_owned()) {
            return;
        }
        via.push(de.to_owned());
        for para in flechas.get(de).into_iter().flatten() {
            seguir(para, flechas, via, vistos);
            if via.len() > 1 && via.first() == via.last() {
                return;
            }
        }
        via.pop();
    }
    let mut vistos = BTreeSet::new();
    flechas.keys().find_map(|inicio| {
        let mut via = Vec::new();
        seguir(inicio, flechas, &mut via, &mut vistos);
        (!via.is_empty()).then_some(via)
    })
}

/// `a/b.rs` and `a/b/mod.rs` are `a::b`; `lib.rs` is the root.
fn modulo_de(arquivo: &str) -> Caminho {
    let sem_fim = arquivo.trim_end_matches(".rs");
    let partes = sem_fim.split('/').filter(|parte| !["mod", "lib", "main"].contains(parte));
    partes.map(str::to_owned).collect()
}

fn partes(caminho: &syn::Path) -> Caminho {
    caminho.segments.iter().map(|parte| parte.ident.to_string()).collect()
}

/// The names that a `use` brings, each with where it comes from. A glob brings `*`.
fn folhas(arvore: &UseTree) -> Vec<(String, Caminho)> {
    match arvore {
        UseTree::Path(ramo) => {
            let raiz = ramo.ident.to_string();
            let mut folhas = folhas(&ramo.tree);
            for (nome, de) in &mut folhas {
                if de.as_slice() == ["self"] {
                    nome.clone_from(&raiz);
                    *de = vec![raiz.clone()];
                } else {
                    de.insert(0, raiz.clone());
                }
            }
            folhas
        }
        UseTree::Name(folha) => vec![(folha.ident.to_string(), vec![folha.ident.to_string()])],
        UseTree::Rename(folha) => vec![(folha.rename.to_string(), vec![folha.ident.to_string()])],
        UseTree::Glob(_) => vec![("*".to_owned(), vec!["*".to_owned()])],
        UseTree::Group(grupo) => grupo.items.iter().flat_map(folhas).collect(),
    }
}

struct Leitor<'f> {
    fontes: &'f Fontes,
    modulo: Caminho,
    usados: BTreeSet<String>,
}

impl Leitor<'_> {
    fn usar(&mut self, caminho: &[String]) {
        if let Some(arquivo) = self.fontes.resolver(&self.modulo, caminho) {
            self.usados.insert(arquivo.to_owned());
        }
    }

    /// A method that only one file defines, and not that of its type.
    fn chamar(&mut self, metodo: &str) {
        if self.fontes.apartados.contains(metodo)
            && let Some(arquivos) = self.fontes.metodos.get(metodo)
            && let (1, Some(arquivo)) = (arquivos.len(), arquivos.first())
        {
            self.usados.insert(arquivo.clone());
        }
    }
}

impl<'a> Visit<'a> for Leitor<'_> {
    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        // A test inside a file may look at whatever it needs.
        let de_teste = item.attrs.iter().any(|atributo| atributo.path().is_ident("cfg"));
        if !de_teste || item.content.is_none() {
            self.modulo.push(item.ident.to_string());
            visit::visit_item_mod(self, item);
            self.modulo.pop();
        }
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        // What is only passed on is no use of it.
        if matches!(item.vis, Visibility::Inherited) {
            for (_, de) in folhas(&item.tree) {
                self.usar(&de);
            }
        }
    }

    fn visit_path(&mut self, caminho: &'a syn::Path) {
        let nomes = partes(caminho);
        match nomes.as_slice() {
            [_, .., metodo] => {
                self.usar(&nomes);
                self.chamar(metodo);
            }
            // What is brought in by `use` was counted there, unless it is passed on, too.
            [nome] if nome.starts_with(char::is_uppercase) => {
                let modulo = self.fontes.modulos.get(&self.modulo);
                let trazido = modulo.and_then(|modulo| modulo.nomes.get(nome));
                if matches!(trazido, Some(Significado::Trazido { publico: true, .. })) {
                    self.usar(&nomes);
                }
            }
            _ => {}
        }
        visit::visit_path(self, caminho);
    }

    fn visit_expr_method_call(&mut self, chamada: &'a syn::ExprMethodCall) {
        self.chamar(&chamada.method.to_string());
        visit::visit_expr_method_call(self, chamada);
    }

    fn visit_macro(&mut self, chamada: &'a syn::Macro) {
        let lista = Punctuated::<Expr, Token![,]>::parse_terminated;
        if let Ok(expressoes) = lista.parse2(chamada.tokens.clone()) {
            for expressao in &expressoes {
                // They do not live as long as the tree, and need not.
                let usados = std::mem::take(&mut self.usados);
                let modulo = self.modulo.clone();
                let mut leitor = Leitor { fontes: self.fontes, modulo, usados };
                leitor.visit_expr(expressao);
                self.usados = leitor.usados;
            }
        }
    }
}
