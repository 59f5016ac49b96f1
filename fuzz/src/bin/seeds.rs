//! Writes what each target starts from: `seeds FOLDER` fills FOLDER/TARGET. Files are named by their hash.

use perennial_pki::digest::sha256_hex;

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "corpus".to_owned());
    for (name, _, seeds) in perennial_fuzz::targets() {
        let folder = format!("{folder}/{name}");
        std::fs::create_dir_all(&folder)?;
        for seed in &seeds {
            std::fs::write(format!("{folder}/{}", &sha256_hex(seed)[..20]), seed)?;
        }
    }
    Ok(())
}
