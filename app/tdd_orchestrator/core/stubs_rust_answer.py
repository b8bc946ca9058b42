"""What a Rust stub answers: a type that compares with everything and equals nothing."""

ANSWER = """
#[derive(Debug, Clone, Copy, Default, PartialOrd, Eq, Hash)]
pub struct TddStub;
impl<T: ?Sized> PartialEq<T> for TddStub { fn eq(&self, _: &T) -> bool { false } }
impl std::fmt::Display for TddStub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "<stub>") }
}
impl std::error::Error for TddStub {}
#[allow(dead_code)]
impl TddStub {
    pub fn unwrap(self) -> TddStub { self }
    pub fn expect(self, _: &str) -> TddStub { self }
    pub fn unwrap_err(self) -> TddStub { self }
    pub fn is_ok(&self) -> bool { YES }
    pub fn is_err(&self) -> bool { YES }
    pub fn is_some(&self) -> bool { YES }
    pub fn is_none(&self) -> bool { YES }
    pub fn is_empty(&self) -> bool { YES }
    pub fn len(&self) -> usize { 918273 }
}
"""
COMPARED = ("i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize", "f32", "f64")
OTHERS = ("bool", "char", "str", "&str", "String")
GENERIC = ("Option<T>", "Vec<T>", "[T]", "&[T]")


def comparisons() -> str:
    """The other way round: what the language brings compares with a stub, and is never equal to it."""
    never = "fn eq(&self, _: &TddStub) -> bool { false }"
    plain = [f"impl PartialEq<TddStub> for {kind} {{ {never} }}\n" for kind in (*COMPARED, *OTHERS)]
    return "".join((*plain, *(f"impl<T> PartialEq<TddStub> for {kind} {{ {never} }}\n" for kind in GENERIC)))
