//! Disks that do one thing in another way than the disk behind them.
#![allow(unused_macros, unused_imports, reason = "not every test program has such a disk")]

/// The methods of `Disco` that a wrapper hands on to the disk in one of its fields, each named.
macro_rules! delegar {
    ($campo:ident: $($metodo:ident),+ $(,)?) => { $($crate::comum::disco::delegar!(@ $campo $metodo);)+ };
    (@ $campo:ident travar) => {
        fn travar(&self, nome: &str) -> std::io::Result<Self::Arquivo> {
            self.$campo.travar(nome)
        }
    };
    (@ $campo:ident criar_pasta) => {
        fn criar_pasta(&self, pasta: &str) -> std::io::Result<()> {
            self.$campo.criar_pasta(pasta)
        }
    };
    (@ $campo:ident listar) => {
        fn listar(&self, pasta: &str) -> std::io::Result<Vec<String>> {
            self.$campo.listar(pasta)
        }
    };
    (@ $campo:ident ler) => {
        fn ler(&self, nome: &str, max_bytes: u64) -> std::io::Result<Option<Vec<u8>>> {
            self.$campo.ler(nome, max_bytes)
        }
    };
    (@ $campo:ident ler_parte) => {
        fn ler_parte(
            &self,
            nome: &str,
            posicao: u64,
            bytes: usize,
            destino: &mut Vec<u8>,
        ) -> std::io::Result<bool> {
            self.$campo.ler_parte(nome, posicao, bytes, destino)
        }
    };
    (@ $campo:ident criar) => {
        fn criar(&self, nome: &str, como: Option<&str>) -> std::io::Result<Self::Arquivo> {
            self.$campo.criar(nome, como)
        }
    };
    (@ $campo:ident escrever) => {
        fn escrever(
            &self,
            arquivo: &Self::Arquivo,
            posicao: u64,
            bytes: &[u8],
        ) -> std::io::Result<()> {
            self.$campo.escrever(arquivo, posicao, bytes)
        }
    };
    (@ $campo:ident cortar) => {
        fn cortar(&self, arquivo: &Self::Arquivo, bytes: u64) -> std::io::Result<()> {
            self.$campo.cortar(arquivo, bytes)
        }
    };
    (@ $campo:ident sincronizar) => {
        fn sincronizar(&self, arquivo: &Self::Arquivo) -> std::io::Result<()> {
            self.$campo.sincronizar(arquivo)
        }
    };
    (@ $campo:ident renomear) => {
        fn renomear(&self, de: &str, para: &str) -> std::io::Result<()> {
            self.$campo.renomear(de, para)
        }
    };
    (@ $campo:ident sincronizar_pasta) => {
        fn sincronizar_pasta(&self, pasta: &str) -> std::io::Result<()> {
            self.$campo.sincronizar_pasta(pasta)
        }
    };
    (@ $campo:ident apagar) => {
        fn apagar(&self, nome: &str) -> std::io::Result<()> {
            self.$campo.apagar(nome)
        }
    };
    (@ $campo:ident marca) => {
        fn marca(
            &self,
            arquivo: &Self::Arquivo,
        ) -> std::io::Result<pixson_core::banco::disco::Marca> {
            self.$campo.marca(arquivo)
        }

        fn marca_de_nome(
            &self,
            nome: &str,
        ) -> std::io::Result<Option<pixson_core::banco::disco::Marca>> {
            self.$campo.marca_de_nome(nome)
        }
    };
    (@ $campo:ident aspecto) => {
        fn aspecto(
            &self,
            nome: &str,
        ) -> std::io::Result<Option<pixson_core::banco::disco::Aspecto>> {
            self.$campo.aspecto(nome)
        }
    };
}
pub(crate) use delegar;
