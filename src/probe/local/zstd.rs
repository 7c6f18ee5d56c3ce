//! Decompresses a Zstandard file (RFC 8878), frame by frame, and compares the checksums.

use std::io::{self, BufRead, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use crate::probe::local::xxh64::Xxh64;

/// The frames of a file. An error of the kind [`io::ErrorKind::Unsupported`] means that the file may be sound,
/// but needs a dictionary or more memory than is permitted.
pub(crate) struct Frames<R> {
    source: R,
    decoder: FrameDecoder,
    /// The checksum of the frame that is being read; `None` between frames.
    checksum: Option<Xxh64>,
}

impl<R: BufRead> Frames<R> {
    /// The frames in `source`.
    pub(crate) fn new(source: R) -> Self {
        Self { source, decoder: FrameDecoder::new(), checksum: None }
    }

    /// Begins the next frame; `false` at the end of the file.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.source) {
                Ok(()) => {
                    self.checksum = Some(Xxh64::default());
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => self.skip(u64::from(length))?,
                Err(error) => return Err(error_of(error)),
            }
        }
        Ok(false)
    }

    fn skip(&mut self, length: u64) -> io::Result<()> {
        let skipped = io::copy(&mut self.source.by_ref().take(length), &mut io::sink())?;
        if skipped < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    fn end(&mut self) -> io::Result<()> {
        let computed = self.checksum.take().map(|checksum| checksum.finish() as u32);
        let written = self.decoder.get_checksum_from_data();
        if written.is_some() && written != computed {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        loop {
            if self.checksum.is_none() && !self.begin()? {
                return Ok(0);
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.source, one).map_err(error_of)?;
            }
            let count = self.decoder.read(into)?;
            if count > 0 {
                if let Some(checksum) = &mut self.checksum {
                    checksum.update(&into[..count]);
                }
                return Ok(count);
            }
            self.end()?;
        }
    }
}

fn error_of(error: FrameDecoderError) -> io::Error {
    let kind = match error {
        FrameDecoderError::WindowSizeTooBig { .. } | FrameDecoderError::DictNotProvided { .. } => {
            io::ErrorKind::Unsupported
        }
        _ => io::ErrorKind::InvalidData,
    };
    io::Error::new(kind, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    fn read(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        Frames::new(bytes).read_to_end(&mut all).map(|_| all)
    }

    fn frame(bytes: &[u8]) -> Vec<u8> {
        compress_to_vec(bytes, CompressionLevel::Fastest)
    }

    /// `zstd -c` of "hello\n", with its checksum.
    const HELLO: [u8; 19] = [
        0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x31, 0x00, 0x00, b'h', b'e', b'l', b'l', b'o', b'\n',
        0x53, 0x88, 0xbd, 0x91,
    ];

    #[test]
    fn frames_are_joined_and_skippable_ones_are_left_out() {
        let skippable = [0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 7, 7];
        let all = [skippable.to_vec(), frame(b"one "), frame(&[b'x'; 3000]), skippable.to_vec()];
        let read = read(&all.concat()).unwrap();
        assert_eq!(read.len(), 3004);
        assert!(read.starts_with(b"one xxx"));
    }

    #[test]
    fn a_wrong_checksum_and_a_missing_end_are_damage() {
        assert_eq!(read(&HELLO).unwrap(), b"hello\n");
        let mut damaged = HELLO;
        damaged[10] = b'a';
        assert_eq!(read(&damaged).unwrap_err().kind(), io::ErrorKind::InvalidData);
        for end in [8, 14, 17] {
            assert!(read(&HELLO[..end]).is_err(), "{end}");
        }
        assert!(read(&[&HELLO[..], b"more"].concat()).is_err());
    }
}
