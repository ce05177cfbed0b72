//! The one window. A second start brings it to the front.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use holdfast_desktop_host::cli::Serving;
use holdfast_desktop_host::settings::Settings;
use holdfast_desktop_host::{Failure, Served, logging, run, serve};
use tauri::webview::NewWindowResponse;
use tauri::{App, AppHandle, Manager, RunEvent, Url, WebviewUrl, WebviewWindowBuilder};
use tokio::runtime::Runtime;
use tokio::sync::{Notify, watch};

use crate::keyring::SessionKeyring;

const LABEL: &str = "main";
const TITLE: &str = "Holdfast";
/// The smallest screen that the app is drawn for, in pixels.
const SIZE: (f64, f64) = (1366.0, 768.0);
const SMALLEST: (f64, f64) = (900.0, 600.0);
/// What belongs to a browser ("Back", "Reload", "Open link") is not offered; what belongs to a text field is.
const NO_BROWSER_MENU: &str = "addEventListener('contextmenu', (event) => {\
     const is_field = event.target?.closest?.('input, textarea, [contenteditable]');\
     if (!is_field) event.preventDefault();\
   });";

/// What ends with the program.
struct Running {
    /// Where this program was started from: once a newer one is installed there, the system calls the running one deleted.
    program: Option<PathBuf>,
    /// Whether it is started again at the end.
    again: bool,
    stop: watch::Sender<bool>,
    served: Option<Served>,
    runtime: Option<Runtime>,
}

/// Opens the window and returns when it is closed and everything is written.
///
/// # Errors
/// If the system gives no window; what else fails is shown in one.
pub(crate) fn open(serving: &Serving, runtime: Runtime) -> Result<(), String> {
    let serving = serving.clone();
    let (stop, _) = watch::channel(false);
    let program = std::env::current_exe().ok();
    let running = Running { program, again: false, stop, served: None, runtime: Some(runtime) };
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, _, _| show(app)))
        .manage(Mutex::new(running))
        .setup(move |app| {
            match begin(app, &serving) {
                Ok(first) => build(app, WebviewUrl::External(first.address), Some(first.keeps))?,
                Err(error) => {
                    eprintln!("holdfast-desktop: {error}");
                    tracing::error!(error.code = error.code(), error = %error, "cannot start");
                    build(app, WebviewUrl::App(failed_page(&error).into()), None)?;
                }
            }
            Ok(())
        })
        .build(tauri::generate_context!())
        .map_err(|error| format!("cannot open a window: {error}; start it in a desktop session"))?;
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            end(app);
            begin_anew(app);
        }
    });
    Ok(())
}

/// What the window opens, and where it keeps what is its own.
struct First {
    address: Url,
    keeps: PathBuf,
}

/// Starts the host. Only now, when no other window has the folder.
fn begin(app: &App, serving: &Serving) -> Result<First, Failure> {
    let mut options = serving.options(Some(Arc::new(SessionKeyring)))?;
    let restart = Arc::new(Notify::new());
    options.restart = Some(restart.clone());
    let settings = Settings::load(&options.dir, std::env::vars())?;
    logging::start(&options.dir.logs(), &settings)?;
    let state = app.state::<Mutex<Running>>();
    let mut running = state.lock().unwrap_or_else(PoisonError::into_inner);
    let stopped = running.stop.subscribe();
    let runtime = running.runtime.as_ref().map(|runtime| runtime.handle().clone());
    let Some(runtime) = runtime else { return Err(no_window("it has ended already")) };
    let _inside = runtime.enter();
    let served = runtime.block_on(serve(&options, settings, stopped))?;
    let mut signal = run::on_signal()?;
    let window = app.handle().clone();
    runtime.spawn(async move {
        // A sender that is gone means that the program ends.
        let _gone = signal.wait_for(|stop| *stop).await.is_ok();
        window.exit(0);
    });
    let window = app.handle().clone();
    runtime.spawn(async move {
        restart.notified().await;
        let state = window.state::<Mutex<Running>>();
        state.lock().unwrap_or_else(PoisonError::into_inner).again = true;
        window.exit(0);
    });
    let address = Url::parse(&served.first_address).map_err(|error| no_window(&error.to_string()));
    running.served = Some(served);
    Ok(First { address: address?, keeps: options.dir.window()? })
}

fn no_window(why: &str) -> Failure {
    Failure::System { what: "the window's address cannot be opened", why: why.to_owned() }
}

/// Opens the window. Without a folder nothing of it is kept.
fn build(app: &App, url: WebviewUrl, keeps: Option<PathBuf>) -> tauri::Result<()> {
    let home = match &url {
        WebviewUrl::External(address) => Some(address.origin()),
        _ => None,
    };
    let builder = WebviewWindowBuilder::new(app, LABEL, url);
    let builder = match keeps {
        Some(folder) => builder.data_directory(folder),
        None => builder.incognito(true),
    };
    builder
        .title(TITLE)
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(SMALLEST.0, SMALLEST.1)
        .prevent_overflow()
        .initialization_script(NO_BROWSER_MENU)
        // The window shows this program's own pages and no other, whatever a link in a record says.
        .on_navigation(move |to| home.as_ref().map_or(to.scheme() == "tauri", |home| to.origin() == *home))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()
        .map(|_| ())
}

/// The page that says why nothing can be shown; the text goes in its fragment, which no server sees.
fn failed_page(error: &Failure) -> String {
    let text: String = error
        .to_string()
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    format!("index.html#{text}")
}

fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        // A window manager may refuse; then the window stays where it is.
        let _refused = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
    }
}

/// Ends the host and waits until everything is written.
fn end(app: &AppHandle) {
    let state = app.state::<Mutex<Running>>();
    let mut running = state.lock().unwrap_or_else(PoisonError::into_inner);
    running.stop.send_replace(true);
    if let (Some(served), Some(runtime)) = (running.served.take(), running.runtime.take()) {
        runtime.block_on(served.ended());
    }
}

/// Becomes the program that is installed now, if that was asked for. Everything is written and no lock is held any more; what was open,
/// the name on the session's bus among it, closes with this program.
fn begin_anew(app: &AppHandle) {
    let state = app.state::<Mutex<Running>>();
    let running = state.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(program) = running.program.as_ref().filter(|_| running.again) else { return };
    // It returns only if it failed; then the program ends, and whoever opens it gets the new one.
    let error = Command::new(program).args(std::env::args_os().skip(1)).exec();
    eprintln!("holdfast-desktop: it is not started again: {error}");
}
