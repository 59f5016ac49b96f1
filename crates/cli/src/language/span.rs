//! Lengths of time.

messages! {
    years(n: &str) { en: "{n} years", zh: "{n} 年" }
    days(n: i64) { en: [n: "{n} day", "{n} days"], zh: "{n} 天" }
    hours(n: i64) { en: [n: "{n} hour", "{n} hours"], zh: "{n} 小时" }
    minutes(n: i64) { en: [n: "{n} minute", "{n} minutes"], zh: "{n} 分钟" }
    y(n: &str) { en: "{n}y", zh: "{n}年" }
    d(n: i64) { en: "{n}d", zh: "{n}天" }
    h(n: i64) { en: "{n}h", zh: "{n}小时" }
    m(n: i64) { en: "{n}m", zh: "{n}分" }
}
