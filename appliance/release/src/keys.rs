//! Whose signature makes a package one of ours. Signatures are those of `minisign -S` (Ed25519 over BLAKE2b-512), so that a release is
//! signed on a machine that has nothing of Holdfast's; the older kind, which needs the whole file in memory, is not taken.

use std::io::Read;

use minisign_verify::{Error, PublicKey, Signature, StreamVerifier};

use crate::error::{ReleaseError, cut};
use crate::name::PackageName;
use crate::offer::MAX_PACKAGE_BYTES;

/// What is read at a time, in bytes.
const PIECE_BYTES: usize = 64 * 1024;
/// Lines of a key file that hold no key.
const COMMENT: &str = "untrusted comment:";
/// The word of a signature's trusted comment that names the file; `minisign -S` writes it unless it is told another comment.
const FILE_WORD: &str = "file:";

/// The keys that releases are signed with: at least one. Several, while a new one takes over.
#[derive(Clone, Debug)]
pub struct ReleaseKeys(Vec<PublicKey>);

/// A package that a release key has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Its size in bytes.
    pub size: u64,
    /// Its BLAKE3 hash, in hexadecimal digits.
    pub blake3: String,
}

impl ReleaseKeys {
    /// Reads a file of keys: the content of one `minisign.pub` after the other, comments and empty lines as one likes.
    ///
    /// # Errors
    /// [`ReleaseError::Keys`], [`ReleaseError::NoKeys`].
    pub fn parse(text: &str) -> Result<Self, ReleaseError> {
        let mut keys = Vec::new();
        for (at, line) in text.lines().map(str::trim).enumerate() {
            if line.is_empty() || line.starts_with('#') || line.starts_with(COMMENT) {
                continue;
            }
            keys.push(PublicKey::from_base64(line).map_err(|_| ReleaseError::Keys { line: at + 1 })?);
        }
        if keys.is_empty() { Err(ReleaseError::NoKeys) } else { Ok(Self(keys)) }
    }

    /// Whether one of the keys has signed these bytes as the package of this name; their size and hash. Reads to the end; blocks.
    ///
    /// # Errors
    /// [`ReleaseError`]: whatever is wrong with signature or bytes.
    pub fn verify(
        &self,
        name: &PackageName,
        signature: &str,
        mut bytes: impl Read,
    ) -> Result<Verified, ReleaseError> {
        let file = name.file_name();
        let signature = Signature::decode(signature)
            .map_err(|_| ReleaseError::SignatureMalformed { name: file.clone() })?;
        let mut verifier = self.verifier(&file, &signature)?;
        let (mut hasher, mut size) = (blake3::Hasher::new(), 0);
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let count = match bytes.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(ReleaseError::Read { name: file, source }),
            };
            size += count as u64;
            if size > MAX_PACKAGE_BYTES {
                return Err(ReleaseError::TooLarge { name: file });
            }
            verifier.update(&piece[..count]);
            hasher.update(&piece[..count]);
        }
        verifier.finalize().map_err(|_| ReleaseError::Tampered { name: file.clone() })?;
        // Only now is the trusted comment what the signer wrote.
        must_name(&file, signature.trusted_comment())?;
        Ok(Verified { size, blake3: hasher.finalize().to_hex().to_string() })
    }

    fn verifier<'a>(
        &'a self,
        file: &str,
        signature: &'a Signature,
    ) -> Result<StreamVerifier<'a>, ReleaseError> {
        for key in &self.0 {
            match key.verify_stream(signature) {
                Ok(verifier) => return Ok(verifier),
                Err(Error::UnexpectedKeyId) => {}
                Err(_) => return Err(ReleaseError::SignatureMalformed { name: file.to_owned() }),
            }
        }
        Err(ReleaseError::UnknownKey { name: file.to_owned() })
    }
}

/// A signature may leave out for which file it is; one that says so must say this one.
fn must_name(file: &str, comment: &str) -> Result<(), ReleaseError> {
    let signed = comment.split_whitespace().find_map(|word| word.strip_prefix(FILE_WORD));
    match signed {
        Some(signed) if signed != file => {
            Err(ReleaseError::OtherFile { name: file.to_owned(), signed: cut(signed) })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use minisign::KeyPair;

    use super::*;

    fn signed(keys: &KeyPair, bytes: &[u8], comment: &str) -> String {
        minisign::sign(None, &keys.sk, Cursor::new(bytes), Some(comment), None).unwrap().into_string()
    }

    fn public(keys: &KeyPair) -> String {
        keys.pk.to_box().unwrap().to_string()
    }

    fn pair() -> KeyPair {
        KeyPair::generate_unencrypted_keypair().unwrap()
    }

    #[test]
    fn only_what_a_release_key_signed_under_this_name_is_verified() {
        let (ours, old, others) = (pair(), pair(), pair());
        let keys = ReleaseKeys::parse(&format!("# two\n{}\n\n{}", public(&old), public(&ours))).unwrap();
        let name = PackageName::of("0.2.0", "amd64").unwrap();
        let file = format!("timestamp:1\tfile:{}\thashed", name.file_name());
        let bytes = vec![7; 200_000];
        let verify = |signature: &str, bytes: &[u8]| keys.verify(&name, signature, bytes);
        for signer in [&ours, &old] {
            let verified = verify(&signed(signer, &bytes, &file), &bytes).unwrap();
            assert_eq!(verified.size, 200_000);
            assert_eq!(verified.blake3, blake3::hash(&bytes).to_hex().to_string());
        }
        assert!(verify(&signed(&ours, &bytes, "of May"), &bytes).is_ok(), "a comment of one's own");
        let good = signed(&ours, &bytes, &file);
        let mut other_bytes = bytes.clone();
        other_bytes[100] = 8;
        for (what, signature, bytes, code) in [
            ("tampered", good.clone(), &other_bytes[..], "package-tampered"),
            ("cut short", good.clone(), &bytes[..199_999], "package-tampered"),
            ("another key", signed(&others, &bytes, &file), &bytes[..], "package-key-unknown"),
            ("no signature", "hello".to_owned(), &bytes[..], "package-signature-malformed"),
            (
                "an older package under a newer name",
                signed(&ours, &bytes, "file:holdfast-desktop_0.1.0_amd64.deb"),
                &bytes[..],
                "package-other-file",
            ),
            // The comment has a signature of its own.
            ("another comment", good.replace("timestamp:1", "timestamp:2"), &bytes[..], "package-tampered"),
        ] {
            let error = verify(&signature, bytes).unwrap_err();
            assert_eq!(error.code(), code, "{what}: {error}");
        }
    }

    #[test]
    fn file_of_keys_without_one_or_with_something_else_is_refused() {
        assert_eq!(ReleaseKeys::parse("\n# none\n").unwrap_err().code(), "release-keys-none");
        let text = format!("{}\nnot a key\n", public(&pair()).trim_end());
        assert!(matches!(ReleaseKeys::parse(&text).unwrap_err(), ReleaseError::Keys { line: 3 }));
    }
}
