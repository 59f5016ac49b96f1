//! The macro behind every sentence.

/// Declares sentences, each in both languages.
///
/// ```text
/// messages! {
///     ends(name: &str, at: &str) {
///         en: "{name} ends on {at}",
///         zh: "{name} 将于 {at} 到期",
///     }
///     passed(n: usize) {
///         en: [n: "{n} check passed", "{n} checks passed"],
///         zh: "{n} 项检查通过",
///     }
/// }
/// ```
///
/// becomes `fn ends(language, name, at) -> String` and so on. A text that forgets an argument, or names one that
/// is not there, does not compile. The form in brackets chooses by number: one, many.
macro_rules! messages {
    ($($(#[$meta:meta])* $name:ident($($argument:ident: $type:ty),+ $(,)?) {
        en: $en:tt,
        zh: $zh:tt $(,)?
    })+) => {$(
        $(#[$meta])*
        pub(crate) fn $name(language: $crate::language::Language, $($argument: $type),+) -> String {
            match language {
                $crate::language::Language::En => text!($en; $($argument),+),
                $crate::language::Language::Zh => text!($zh; $($argument),+),
            }
        }
    )+};
}

/// Declares texts without arguments, each in both languages: `fn name(language) -> &'static str`.
macro_rules! words {
    ($($(#[$meta:meta])* $name:ident { en: $en:expr, zh: $zh:expr $(,)? })+) => {$(
        $(#[$meta])*
        pub(crate) fn $name(language: $crate::language::Language) -> &'static str {
            match language {
                $crate::language::Language::En => $en,
                $crate::language::Language::Zh => $zh,
            }
        }
    )+};
}

/// One text of a message.
macro_rules! text {
    ([$n:ident: $one:literal, $many:literal]; $($argument:ident),+) => {
        if $n == 1 { text!($one; $($argument),+) } else { text!($many; $($argument),+) }
    };
    // Named arguments must be used: the compiler refuses a text that forgets one.
    ($text:literal; $($argument:ident),+) => { format!($text, $($argument = $argument),+) };
}
