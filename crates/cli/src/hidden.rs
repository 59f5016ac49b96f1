//! A question on the terminal whose answer is not shown.

use crate::signals::Signals;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::BorrowedFd;
use zeroize::Zeroizing;

/// What is not to be shown; erased when dropped.
pub(crate) type Secret = Zeroizing<Vec<u8>>;

/// No passphrase is longer.
pub(crate) const LONGEST: usize = 4096;

/// The terminal of this process, whatever its streams are; `None` where it has none (a timer, a pipeline).
pub(crate) fn terminal() -> Option<File> {
    File::options().read(true).write(true).open("/dev/tty").ok()
}

/// Asks. `None`: Ctrl-C or Ctrl-D, or a signal that would have ended the process.
pub(crate) fn ask(terminal: &mut File, question: &str, signals: &Signals) -> io::Result<Option<Secret>> {
    let asking = signals.asking()?;
    let quiet = Quiet::new(terminal.try_clone()?)?;
    terminal.write_all(question.as_bytes())?;
    let answer = read_line(&mut Until { terminal, signal: asking.came() });
    drop(quiet);
    terminal.write_all(b"\n")?;
    answer
}

/// What is typed, until a signal comes: then nothing more does.
struct Until<'a> {
    terminal: &'a mut File,
    signal: BorrowedFd<'a>,
}

impl Read for Until<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut both = [
            PollFd::from_borrowed_fd(self.signal, PollFlags::IN),
            PollFd::new(&*self.terminal, PollFlags::IN),
        ];
        poll(&mut both, None)?;
        if both[0].revents().is_empty() { self.terminal.read(buffer) } else { Ok(0) }
    }
}

/// The terminal neither echoes nor waits for a line nor sends signals until this is dropped: a Ctrl-C that ended the
/// process would leave it without its echo.
struct Quiet {
    terminal: File,
    before: Termios,
}

impl Quiet {
    fn new(terminal: File) -> io::Result<Self> {
        let before = tcgetattr(&terminal)?;
        let mut quiet = before.clone();
        quiet.local_modes -= LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG;
        tcsetattr(&terminal, OptionalActions::Flush, &quiet)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _gone = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}

fn read_line(from: &mut impl Read) -> io::Result<Option<Secret>> {
    // With room for all of it: a buffer that grows leaves its old bytes behind.
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut byte = Zeroizing::new([0; 1]);
    loop {
        match from.read(byte.as_mut_slice()) {
            Ok(0) => return Ok(None),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        match byte[0] {
            b'\n' | b'\r' => return Ok(Some(line)),
            0x03 => return Ok(None),
            0x04 if line.is_empty() => return Ok(None),
            0x08 | 0x7f => rub_out(&mut line),
            0x15 => line.clear(),
            // No passphrase has other control characters, and who types one does not mean it.
            0..0x20 if byte[0] != b'\t' => {}
            _ if line.len() < LONGEST => line.push(byte[0]),
            _ => return Err(io::Error::from(io::ErrorKind::FileTooLarge)),
        }
    }
}

/// Takes back the last character, which may be several bytes of UTF-8.
fn rub_out(line: &mut Vec<u8>) {
    while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_ends_the_question_and_leaves_the_terminal_as_it_was() {
        use rustix::process::{Signal, getpid, kill_process};
        use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
        let signals = Signals::new();
        for signal in [Signal::TERM, Signal::INT] {
            let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
            grantpt(&master).unwrap();
            unlockpt(&master).unwrap();
            let terminal = ioctl_tiocgptpeer(&master, OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
            let mut terminal = File::from(terminal);
            let looks = terminal.try_clone().unwrap();
            let echoes = || tcgetattr(&looks).unwrap().local_modes.contains(LocalModes::ECHO);
            assert!(echoes());
            let answer = std::thread::scope(|scope| {
                let asked = scope.spawn(|| ask(&mut terminal, "?", &signals).unwrap());
                while echoes() {
                    std::thread::yield_now();
                }
                // Half a passphrase was typed.
                File::from(master.try_clone().unwrap()).write_all(b"secr").unwrap();
                kill_process(getpid(), signal).unwrap();
                let began = std::time::Instant::now();
                while !asked.is_finished() && began.elapsed().as_secs() < 10 {
                    std::thread::yield_now();
                }
                // One that goes on waiting gets an answer: the test fails instead of waiting too.
                File::from(master.try_clone().unwrap()).write_all(b"et\n").unwrap();
                asked.join().unwrap()
            });
            assert_eq!(answer, None, "{signal:?}");
            assert!(echoes(), "{signal:?}");
        }
    }

    #[test]
    fn a_line_is_what_was_typed_and_not_taken_back() {
        let typed = |bytes: &[u8]| read_line(&mut &*bytes).unwrap().map(|line| line.to_vec());
        assert_eq!(typed(b"abc\nd"), Some(b"abc".to_vec()));
        assert_eq!(typed(b"ab c\xff\r"), Some(b"ab c\xff".to_vec()));
        assert_eq!(typed(b"\n"), Some(Vec::new()));
        assert_eq!(typed("口令\u{7f}\u{8}x\n".as_bytes()), Some(b"x".to_vec()));
        assert_eq!(typed(b"\x7fa\x15b\x1a\n"), Some(b"b".to_vec()));
        for cancelled in [&b"abc\x03"[..], b"\x04", b"abc"] {
            assert_eq!(typed(cancelled), None, "{cancelled:?}");
        }
        assert_eq!(typed(b"a\x04\n"), Some(b"a".to_vec()));
        assert!(read_line(&mut vec![b'x'; LONGEST + 1].as_slice()).is_err());
    }
}
