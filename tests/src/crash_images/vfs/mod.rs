//! A SQLite VFS that does what the system's does and tells a [`Recorder`] of every step that a power cut could undo.
//!
//! It is a copy of the default VFS with `xOpen` and `xDelete` replaced, and file methods that forward. A file that
//! the system's VFS opens as a new journal or WAL syncs its folder at its first sync; so does the record.
#![expect(unsafe_code, reason = "SQLite's VFS is a C interface; nothing else of the harness needs it")]

mod file;

use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Result, ensure};
use rusqlite::ffi;

use super::log::Recorder;
use file::{Handle, RecordedFile};

/// Settings that the store makes by pragma and that a workload overrides, so that rare things happen often.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// Pages in the WAL that start a checkpoint (at most 9999); the store asks for 2048.
    pub checkpoint_pages: u32,
    /// Page cache of a connection in KiB (at most 9999): a small one spills uncommitted pages into the WAL.
    pub cache_kib: u32,
}

/// What SQLite holds: its own structure first, then ours.
#[repr(C)]
struct Registered {
    base: ffi::sqlite3_vfs,
    real: *mut ffi::sqlite3_vfs,
    recorder: Arc<Recorder>,
    tuning: Tuning,
    _name: CString,
}

/// A recording VFS, registered until it is dropped. Drop it after the last connection that was opened through it.
#[derive(Debug)]
pub struct RecordingVfs {
    registered: *mut Registered,
    name: String,
}

impl RecordingVfs {
    /// Registers a VFS that records into `recorder`.
    ///
    /// # Errors
    /// If SQLite has no default VFS or refuses this one.
    pub fn register(recorder: Arc<Recorder>, tuning: Tuning) -> Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("holdfast-recording-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let c_name = CString::new(name.clone())?;
        // SAFETY: a null name asks for the default VFS; SQLite keeps it alive for good.
        let real = unsafe { ffi::sqlite3_vfs_find(ptr::null()) };
        ensure!(!real.is_null(), "SQLite has no default VFS");
        // SAFETY: `real` points to a valid structure of plain data.
        let mut base = unsafe { *real };
        base.szOsFile += c_int::try_from(size_of::<RecordedFile>())?;
        (base.zName, base.pNext) = (c_name.as_ptr(), ptr::null_mut());
        base.xOpen = Some(open);
        base.xDelete = Some(delete);
        let registered = Box::into_raw(Box::new(Registered { base, real, recorder, tuning, _name: c_name }));
        // SAFETY: the structure stays where it is until `drop` unregisters it.
        let code = unsafe { ffi::sqlite3_vfs_register(registered.cast(), 0) };
        ensure!(code == ffi::SQLITE_OK, "SQLite refused the recording VFS (code {code})");
        Ok(Self { registered, name })
    }

    /// The name to open a database with.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for RecordingVfs {
    fn drop(&mut self) {
        // SAFETY: it was registered by `register`, and no connection uses it any more (see the type's contract).
        unsafe {
            ffi::sqlite3_vfs_unregister(self.registered.cast());
            drop(Box::from_raw(self.registered));
        }
    }
}

/// The path SQLite names; `None` for a nameless temporary file.
///
/// # Safety
/// `name` is null or a C string.
unsafe fn path<'a>(name: *const c_char) -> Option<&'a str> {
    if name.is_null() {
        return None;
    }
    // SAFETY: the caller's contract.
    unsafe { CStr::from_ptr(name) }.to_str().ok()
}

/// `xOpen`.
unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    opened: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite passes the structure that `register` gave it, and room for `szOsFile` bytes.
    unsafe {
        let this = &*vfs.cast::<Registered>();
        let mine = opened.cast::<RecordedFile>();
        (*mine).base.pMethods = ptr::null();
        let real = file::real(opened);
        (*real).pMethods = ptr::null();
        let Some(open) = (*this.real).xOpen else { return ffi::SQLITE_CANTOPEN };
        let code = open(this.real, name, real, flags, out_flags);
        if (*real).pMethods.is_null() {
            return code;
        }
        let creates = flags & ffi::SQLITE_OPEN_CREATE != 0;
        let is_log = flags & (ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL) != 0;
        let inode = path(name).and_then(|path| this.recorder.opened(path, creates));
        let handle = Handle::new(this.recorder.clone(), inode, creates && is_log, this.tuning);
        file::take_over(mine, handle);
        code
    }
}

/// `xDelete`.
unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    // SAFETY: as for `open`.
    unsafe {
        let this = &*vfs.cast::<Registered>();
        let Some(delete) = (*this.real).xDelete else { return ffi::SQLITE_IOERR_DELETE };
        let code = delete(this.real, name, sync_folder);
        if code == ffi::SQLITE_OK
            && let Some(path) = path(name)
        {
            this.recorder.deleted(path, sync_folder != 0);
        }
        code
    }
}
