//! Files of scenes: what was played above a line, what the engine told below it. The one loop that
//! plays them as written, or writes them anew when `WATCHFIRE_BLESS` is set.

use std::path::Path;

/// One script and what it is to tell.
pub struct Scene {
    pub title: String,
    pub script: String,
    pub want: String,
}

impl Scene {
    /// A scene as it stands in a file, without its title.
    pub fn of(title: &str, text: &str) -> Scene {
        let (script, want) = text.split_once("\n---").unwrap_or((text.trim_end(), ""));
        Scene {
            title: title.to_owned(),
            script: script.to_owned(),
            want: want.trim().to_owned(),
        }
    }
}

/// How a folder of files is cut into scenes.
pub struct Form {
    /// Under `tests/`.
    pub folder: &'static str,
    /// What stands before the first scene of a file, and its scenes.
    pub cut: fn(&Path, &str) -> (String, Vec<Scene>),
    /// The line that stands above a scene, if any.
    pub head: fn(&Scene) -> String,
    /// Which of the lines told belong in a file.
    pub keeps: fn(&Path, &str) -> bool,
}

/// Plays every scene of a folder whose title holds `WATCHFIRE_STORY`.
pub fn play_as_written(form: &Form) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let only = std::env::var("WATCHFIRE_STORY").unwrap_or_default();
    let bless = std::env::var_os("WATCHFIRE_BLESS").is_some();
    let mut files: Vec<_> = std::fs::read_dir(folder.join(form.folder))
        .unwrap()
        .map(|f| f.unwrap().path())
        .collect();
    files.sort();
    let mut wrong = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let (mut blessed, scenes) = (form.cut)(file, &text);
        for scene in scenes {
            let told = match scene.title.contains(&only) {
                true => told(&scene.script, |line| (form.keeps)(file, line)),
                false => scene.want.clone(),
            };
            let (head, script) = ((form.head)(&scene), &scene.script);
            blessed += &format!("{head}{script}\n---\n{told}\n");
            if told != scene.want {
                let (title, want) = (&scene.title, &scene.want);
                wrong.push(format!("{title}\n--- told\n{told}\n--- wanted\n{want}"));
            }
        }
        if bless && blessed != text {
            std::fs::write(file, blessed).unwrap();
        }
    }
    assert!(!files.is_empty(), "no scenes found");
    assert!(bless || wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What a script tells; of one that names a story, whether that plays as written.
fn told(script: &str, keeps: impl Fn(&str) -> bool) -> String {
    if let Some(name) = script.trim().strip_prefix("as told in ") {
        return told_in(name);
    }
    let told = super::play(script);
    let kept: Vec<&str> = told.lines().filter(|line| keeps(line)).collect();
    kept.join("\n")
}

fn told_in(story: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    let file = folder.join(format!("{story}.txt"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("no story: {story}"));
    let scene = Scene::of(story, &text);
    let holds = !scene.want.is_empty() && super::play(&scene.script).trim() == scene.want;
    if holds { "holds" } else { "does not hold" }.to_owned()
}
