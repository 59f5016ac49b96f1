//! How long ten RSA-2048 pairs take on two threads: keys, certificates, PEM. Prints milliseconds.
//!
//! A key takes between 30 and 280 ms, by luck, so the threads take the next job from one queue instead of half
//! of the jobs each.

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::{SignedDuration, Timestamp};
use perennial_pki::certificate::{Certificate, leaf};
use perennial_pki::key::{KeyForm, KeyKind, PrivateKey};
use perennial_pki::reissue::{Authority, Validity, reissue};

const PAIRS: usize = 10;
const CA: &[u8] = include_bytes!("../testdata/rsa-ca.pem");
const LEAF: &[u8] = include_bytes!("../testdata/rsa-leaf.pem");

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    #[expect(clippy::disallowed_methods, reason = "this program measures time")]
    let begin = std::time::Instant::now();
    let authority = Authority::new(leaf(CA)?, PrivateKey::from_pem(CA)?)?;
    let old = leaf(LEAF)?;
    let now = Timestamp::from_second(1_800_000_000)?;
    let (validity, _) = Validity::from_now(now, SignedDuration::from_hours(8760), authority.certificate())?;

    let next = AtomicUsize::new(0);
    let work = || -> Result<usize, Box<dyn Error + Send + Sync>> {
        let mut bytes = 0;
        while next.fetch_add(1, Ordering::Relaxed) < PAIRS {
            bytes += pair(&old, &authority, &validity)?;
        }
        Ok(bytes)
    };
    let bytes = std::thread::scope(|scope| {
        let other = scope.spawn(work);
        let mine = work()?;
        let theirs = other.join().map_err(|_| "a thread failed")??;
        Ok::<_, Box<dyn Error + Send + Sync>>(mine + theirs)
    })?;
    println!("{PAIRS} pairs, {bytes} bytes of PEM: {} ms", begin.elapsed().as_millis());
    Ok(())
}

fn pair(
    old: &Certificate,
    authority: &Authority,
    validity: &Validity,
) -> Result<usize, Box<dyn Error + Send + Sync>> {
    let key = PrivateKey::generate(&KeyKind::Rsa(2048), KeyForm::Pkcs1)?;
    let certificate = reissue(old, authority, &key.spki_der(), validity)?;
    Ok(key.to_pem().len() + certificate.to_pem().len())
}
