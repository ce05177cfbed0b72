//! The methods of an open file: forward, then record.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::Arc;

use rusqlite::ffi;

use super::Tuning;
use crate::crash_images::log::{Inode, Recorder};

/// The file structure SQLite allocates for us; the system's own follows right behind it.
#[repr(C)]
pub(super) struct RecordedFile {
    pub(super) base: ffi::sqlite3_file,
    handle: *mut Handle,
}

/// What one open file knows.
pub(super) struct Handle {
    recorder: Arc<Recorder>,
    /// `None`: a file that is not part of the picture, such as a backup.
    inode: Option<Inode>,
    /// Whether the next sync also syncs the folder.
    syncs_folder: Cell<bool>,
    tuning: Tuning,
}

impl Handle {
    pub(super) fn new(
        recorder: Arc<Recorder>,
        inode: Option<Inode>,
        syncs_folder: bool,
        tuning: Tuning,
    ) -> Self {
        Self { recorder, inode, syncs_folder: Cell::new(syncs_folder), tuning }
    }
}

/// Only what version 2 has: without `xFetch`, SQLite maps no file and every write passes here.
static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// The system's file behind ours.
///
/// # Safety
/// `file` is one that SQLite allocated for this VFS.
pub(super) unsafe fn real(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: `szOsFile` counts both structures; ours is a multiple of 8 bytes long.
    unsafe { file.cast::<RecordedFile>().add(1).cast() }
}

/// Puts our methods in front of an opened file.
///
/// # Safety
/// `file` is one that SQLite allocated for this VFS, and its real part is open.
pub(super) unsafe fn take_over(file: *mut RecordedFile, handle: Handle) {
    // SAFETY: the caller's contract; `close` frees the handle.
    unsafe {
        (*file).handle = Box::into_raw(Box::new(handle));
        (*file).base.pMethods = &raw const METHODS;
    }
}

/// # Safety
/// `file` was taken over and is open.
unsafe fn handle<'a>(file: *mut ffi::sqlite3_file) -> &'a Handle {
    // SAFETY: the caller's contract.
    unsafe { &*(*file.cast::<RecordedFile>()).handle }
}

macro_rules! forward {
    ($name:ident, $method:ident $(, $argument:ident: $type:ty)*) => {
        unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file $(, $argument: $type)*) -> c_int {
            // SAFETY: SQLite calls a file's methods only while it is open, with arguments meant for the real one.
            unsafe {
                let real = real(file);
                (*(*real).pMethods).$method.map_or(ffi::SQLITE_ERROR, |method| method(real $(, $argument)*))
            }
        }
    };
}

forward!(read, xRead, into: *mut c_void, bytes: c_int, offset: ffi::sqlite3_int64);
forward!(real_write, xWrite, from: *const c_void, bytes: c_int, offset: ffi::sqlite3_int64);
forward!(real_truncate, xTruncate, size: ffi::sqlite3_int64);
forward!(real_sync, xSync, flags: c_int);
forward!(real_close, xClose);
forward!(real_file_control, xFileControl, op: c_int, argument: *mut c_void);
forward!(file_size, xFileSize, size: *mut ffi::sqlite3_int64);
forward!(lock, xLock, level: c_int);
forward!(unlock, xUnlock, level: c_int);
forward!(check_reserved_lock, xCheckReservedLock, out: *mut c_int);
forward!(sector_size, xSectorSize);
forward!(device_characteristics, xDeviceCharacteristics);
forward!(shm_map, xShmMap, page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void);
forward!(shm_lock, xShmLock, offset: c_int, n: c_int, flags: c_int);
forward!(shm_unmap, xShmUnmap, delete: c_int);

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    // SAFETY: as in `forward!`.
    unsafe {
        let real = real(file);
        if let Some(barrier) = (*(*real).pMethods).xShmBarrier {
            barrier(real);
        }
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a file once; the handle is ours.
    unsafe {
        let code = real_close(file);
        drop(Box::from_raw((*file.cast::<RecordedFile>()).handle));
        code
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    bytes: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: `from` holds `bytes` bytes, says SQLite.
    unsafe {
        let code = real_write(file, from, bytes, offset);
        let handle = handle(file);
        if let (ffi::SQLITE_OK, Some(inode)) = (code, handle.inode) {
            let written = std::slice::from_raw_parts(from.cast::<u8>(), usize::try_from(bytes).unwrap_or(0));
            handle.recorder.wrote(inode, u64::try_from(offset).unwrap_or(0), written);
        }
        code
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    // SAFETY: as in `forward!`.
    unsafe {
        let code = real_truncate(file, size);
        let handle = handle(file);
        if let (ffi::SQLITE_OK, Some(inode)) = (code, handle.inode) {
            handle.recorder.truncated(inode, u64::try_from(size).unwrap_or(0));
        }
        code
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: as in `forward!`.
    unsafe {
        let code = real_sync(file, flags);
        let handle = handle(file);
        if let (ffi::SQLITE_OK, Some(inode)) = (code, handle.inode) {
            handle.recorder.synced(inode, handle.syncs_folder.replace(false));
        }
        code
    }
}

unsafe extern "C" fn file_control(file: *mut ffi::sqlite3_file, op: c_int, argument: *mut c_void) -> c_int {
    // SAFETY: for this op SQLite passes an array of C strings: an answer's place, the pragma's name, its value.
    unsafe {
        if op == ffi::SQLITE_FCNTL_PRAGMA {
            let words = argument.cast::<*mut c_char>();
            override_pragma(*words.add(1), *words.add(2), handle(file).tuning);
        }
        real_file_control(file, op, argument)
    }
}

/// Writes another number into the value of a pragma that the workload overrides. The text is SQLite's own copy, and
/// its length stays.
///
/// # Safety
/// Both are null or C strings; `value` may be written.
unsafe fn override_pragma(name: *mut c_char, value: *mut c_char, tuning: Tuning) {
    if name.is_null() || value.is_null() {
        return;
    }
    // SAFETY: the caller's contract; exactly the old length is written.
    unsafe {
        let (name, old) = (CStr::from_ptr(name).to_bytes(), CStr::from_ptr(value).to_bytes());
        let new = match name {
            b"wal_autocheckpoint" => format!("{:0width$}", tuning.checkpoint_pages, width = old.len()),
            b"cache_size" => format!("-{:0width$}", tuning.cache_kib, width = old.len().saturating_sub(1)),
            _ => return,
        };
        if new.len() == old.len() {
            std::ptr::copy_nonoverlapping(new.as_ptr(), value.cast(), new.len());
        }
    }
}
