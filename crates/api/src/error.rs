//! Every way a request can fail, with its status and its sentence in both languages.
//!
//! The only place where failures become HTTP. It tells people what to do; it never tells them
//! what the program looks like inside: causes go to the log.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::desk::{NotTried, ProblemView};

/// Why a request was not honoured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("no session and no token")]
    NotSignedIn,
    #[error("the press is of another person than the session")]
    OtherPerson,
    #[error("unknown login or wrong password")]
    WrongLogin,
    #[error("too many failed logins; {wait_s} s to wait")]
    TooManyTries { wait_s: u64 },
    #[error("the place before it is too new; {wait_s} s to wait")]
    TooSoon { wait_s: u64 },
    #[error("the role does not allow it")]
    RoleNotAllowed,
    #[error("the session belongs to another jurisdiction")]
    OtherJurisdiction,
    #[error("the request comes from another site")]
    ForeignOrigin,
    #[error("no jurisdiction {0:?}")]
    NoSuchJurisdiction(String),
    #[error("several jurisdictions and none named")]
    JurisdictionMissing,
    #[error("no station {station:?}")]
    NoSuchStation {
        station: String,
        near: Option<String>,
    },
    #[error("station {station:?} has no {quantity:?}")]
    NoSuchQuantity { station: String, quantity: String },
    #[error("field {field}: {reason}")]
    BadField { field: &'static str, reason: String },
    #[error("the body could not be read: {0}")]
    BadBody(String),
    #[error("the body is larger than {limit_mb} MB")]
    TooLarge { limit_mb: usize },
    #[error("not an image or video we keep")]
    NotAPicture,
    #[error("not a video we keep")]
    NotAVideo,
    #[error("no such file, or it was erased")]
    NoSuchBlob,
    #[error("no such incident")]
    NoSuchIncident,
    #[error("the task is another person's")]
    NotYourTask,
    #[error("the file was sent for another task")]
    OtherTask,
    #[error("no such upload")]
    NoSuchUpload,
    #[error("as many uploads are unfinished as may be")]
    UploadsFull,
    #[error("the disk has no room for pictures")]
    NoRoom,
    #[error("bytes before the piece are missing; {received} are here")]
    UploadGap { received: u64 },
    #[error("the whole is not what was announced")]
    UploadDamaged,
    #[error("the machine has no typeface for a PDF")]
    NoTypeface,
    #[error("no such page")]
    NoSuchPage,
    #[error("the method is not offered here")]
    WrongMethod,
    #[error("a WebSocket was expected")]
    NotAWebSocket,
    #[error("too many requests at once")]
    Busy,
    #[error("no answer within a minute")]
    Unanswered,
    #[error("too many replays at once")]
    TooManyReplays,
    #[error("the program is shutting down")]
    Stopping,
    #[error("the site's files: {0}")]
    SiteFiles(String),
    #[error("the back-test: {0:?}")]
    NotTried(NotTried),
    #[error("could not read or write the store")]
    Store,
    #[error("a fault of the program")]
    Broken,
}

/// The body of every failed request.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FaultView {
    /// Stable word for programs.
    pub code: &'static str,
    /// Sentence for people, Chinese.
    pub zh: String,
    /// Sentence for people, English.
    pub en: String,
    /// What is wrong with files that were sent, all of it.
    pub problems: Vec<ProblemView>,
}

impl FaultView {
    fn new(code: &'static str, zh: String, en: String) -> FaultView {
        FaultView {
            code,
            zh,
            en,
            problems: Vec::new(),
        }
    }
}

/// What the parts that read the store and the loop hand back.
pub(crate) type Answered<T> = Result<T, Fault>;

impl Fault {
    /// A field of a request that cannot be taken.
    pub(crate) fn field(field: &'static str, reason: impl ToString) -> Fault {
        Fault::BadField {
            field,
            reason: reason.to_string(),
        }
    }

    /// The HTTP status of this fault.
    pub fn status(&self) -> StatusCode {
        match self {
            Fault::NotSignedIn | Fault::OtherPerson | Fault::WrongLogin => StatusCode::UNAUTHORIZED,
            Fault::TooManyTries { .. } | Fault::TooSoon { .. } => StatusCode::TOO_MANY_REQUESTS,
            Fault::RoleNotAllowed
            | Fault::OtherJurisdiction
            | Fault::ForeignOrigin
            | Fault::NotYourTask
            | Fault::OtherTask => StatusCode::FORBIDDEN,
            Fault::NoSuchJurisdiction(_)
            | Fault::NoSuchStation { .. }
            | Fault::NoSuchQuantity { .. }
            | Fault::NoSuchBlob
            | Fault::NoSuchIncident
            | Fault::NoSuchUpload
            | Fault::NoSuchPage => StatusCode::NOT_FOUND,
            Fault::JurisdictionMissing | Fault::BadField { .. } | Fault::BadBody(_) => {
                StatusCode::BAD_REQUEST
            }
            Fault::NotTried(NotTried::Queue) => StatusCode::SERVICE_UNAVAILABLE,
            Fault::SiteFiles(_)
            | Fault::NotTried(
                NotTried::Unsound(_) | NotTried::TooMany { .. } | NotTried::Said(_),
            ) => StatusCode::UNPROCESSABLE_ENTITY,
            Fault::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Fault::NotAPicture | Fault::NotAVideo => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Fault::UploadGap { .. } | Fault::UploadDamaged => StatusCode::CONFLICT,
            Fault::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Fault::NotAWebSocket => StatusCode::UPGRADE_REQUIRED,
            Fault::Busy
            | Fault::Unanswered
            | Fault::TooManyReplays
            | Fault::UploadsFull
            | Fault::NoRoom
            | Fault::NoTypeface
            | Fault::Stopping => StatusCode::SERVICE_UNAVAILABLE,
            Fault::Store | Fault::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The word, and the sentences in Chinese and English.
    pub fn view(&self) -> FaultView {
        let say = |code, zh: &str, en: &str| FaultView::new(code, zh.to_owned(), en.to_owned());
        match self {
            Fault::NotSignedIn => say("not_signed_in", "请先登录。", "Please sign in first."),
            Fault::OtherPerson => say(
                "other_person",
                "这里现在登录的是另一个人。这一条是别人按的，没有以您的名义发出，等本人登录后再发。",
                "Somebody else is signed in here. This was pressed by another person and did not go out in \
                 your name; it waits until they have signed in.",
            ),
            Fault::WrongLogin => say(
                "wrong_login",
                "用户名或密码不对。",
                "The login or the password is wrong.",
            ),
            Fault::TooManyTries { wait_s } => FaultView::new(
                "too_many_tries",
                format!("失败次数过多，请 {wait_s} 秒后再试。"),
                format!("Too many failed attempts; try again in {wait_s} s."),
            ),
            Fault::TooSoon { wait_s } => FaultView::new(
                "too_soon",
                format!("这项任务刚收到过位置，请 {wait_s} 秒后再发最新的一个；之前的不必补发。"),
                format!(
                    "A place of this task came just now; send the newest in {wait_s} s. Those before it \
                     need not follow."
                ),
            ),
            Fault::RoleNotAllowed => say(
                "role_not_allowed",
                "您的角色不能执行此操作。",
                "Your role may not do this.",
            ),
            Fault::OtherJurisdiction => say(
                "other_jurisdiction",
                "您的账号属于另一个辖区。",
                "Your account belongs to another jurisdiction.",
            ),
            Fault::ForeignOrigin => say(
                "foreign_origin",
                "请求来自其他网站，已拒绝。",
                "The request came from another site and was refused.",
            ),
            Fault::NoSuchJurisdiction(code) => FaultView::new(
                "no_such_jurisdiction",
                format!("没有辖区“{code}”。"),
                format!("There is no jurisdiction \"{code}\" here."),
            ),
            Fault::JurisdictionMissing => say(
                "jurisdiction_missing",
                "此处有多个辖区，请指明其中一个。",
                "There are several jurisdictions here; name one.",
            ),
            Fault::NoSuchStation { station, near } => no_station(station, near.as_deref()),
            Fault::NoSuchQuantity { station, quantity } => FaultView::new(
                "no_such_quantity",
                format!("测站“{station}”没有“{quantity}”这个要素。"),
                format!("Station \"{station}\" has no quantity \"{quantity}\"."),
            ),
            Fault::BadField { field, reason } => FaultView::new(
                "bad_field",
                format!("“{field}”无法使用：{reason}。"),
                format!("\"{field}\" cannot be used: {reason}."),
            ),
            Fault::BadBody(reason) => FaultView::new(
                "bad_body",
                format!("请求内容无法读取：{reason}"),
                format!("The request could not be read: {reason}"),
            ),
            Fault::TooLarge { limit_mb } => FaultView::new(
                "too_large",
                format!("内容超过 {limit_mb} MB，请缩小后再传。"),
                format!("More than {limit_mb} MB; make it smaller and send it again."),
            ),
            Fault::NotAPicture => say(
                "not_a_picture",
                "只接收 JPEG、PNG、WebP 图片或 MP4 视频。",
                "Only JPEG, PNG and WebP pictures or MP4 video are taken.",
            ),
            Fault::NotAVideo => say(
                "not_a_video",
                "这不是能播放的 MP4 视频，没有收下。",
                "This is no MP4 video that can be played; it was not taken.",
            ),
            Fault::NotYourTask => say(
                "not_your_task",
                "这是别人的任务，不能替他传照片。",
                "This is somebody else's task; send no pictures for it.",
            ),
            Fault::OtherTask => say(
                "other_task",
                "这张照片是为另一件任务传的。",
                "This picture was sent for another task.",
            ),
            Fault::NoSuchUpload => say(
                "no_such_upload",
                "没有这次上传，或已过期；请从头再传。",
                "There is no such upload, or it is too old; begin again.",
            ),
            Fault::UploadsFull => say(
                "uploads_full",
                "未传完的照片太多，请稍后再传。",
                "Too many pictures are on their way; send this one later.",
            ),
            Fault::NoTypeface => say(
                "no_typeface",
                "服务器没有中文字体，做不了 PDF：请管理员安装 fonts-noto-cjk，或先用浏览器打印存 PDF。",
                "The server has no typeface for a PDF: have fonts-noto-cjk installed, or print the page \
                 to a PDF in the browser.",
            ),
            Fault::NoRoom => say(
                "no_room",
                "磁盘快满了，暂时不收照片，请稍后再传；状态和文字照常上报。",
                "The disk is nearly full and takes no pictures for now; send this one later. Reports and \
                 texts still go.",
            ),
            Fault::UploadGap { received } => FaultView {
                code: "upload_gap",
                zh: format!("前面还缺一段，已收到 {received} 字节，请从那里接着传。"),
                en: format!("Bytes before it are missing; {received} are here, go on from there."),
                problems: Vec::new(),
            },
            Fault::UploadDamaged => say(
                "upload_damaged",
                "传来的照片不完整，请从头再传。",
                "The picture came damaged; begin again.",
            ),
            Fault::NoSuchBlob => say(
                "no_such_file",
                "没有此文件，或已被删除。",
                "There is no such file, or it was erased.",
            ),
            Fault::NoSuchIncident => say(
                "no_such_incident",
                "没有此事件。",
                "There is no such incident.",
            ),
            Fault::NoSuchPage => say(
                "no_such_page",
                "没有这个地址。",
                "There is nothing at this address.",
            ),
            Fault::WrongMethod => say(
                "wrong_method",
                "此地址不支持这种请求方式。",
                "This address does not take that method.",
            ),
            Fault::NotAWebSocket => say(
                "not_a_websocket",
                "此地址需用 WebSocket 连接。",
                "This address is opened as a WebSocket.",
            ),
            Fault::Busy => say(
                "busy",
                "系统繁忙，请稍后再试。",
                "Too much at once; try again in a moment.",
            ),
            Fault::Unanswered => say(
                "unanswered",
                "一分钟内没有答复，不知道做完没有；可以把同一操作再发一次，不会做两遍。",
                "There was no answer within a minute, and it may or may not be done; send the same press \
                 again, it is done once.",
            ),
            Fault::TooManyReplays => say(
                "too_many_replays",
                "同时复盘的人已满，请等有人回到实况后再开。",
                "As many people replay as may at once; try again when one is back to live.",
            ),
            Fault::Stopping => say(
                "stopping",
                "系统正在停机，请稍后再试。",
                "The system is stopping; try again shortly.",
            ),
            Fault::SiteFiles(reason) => FaultView::new(
                "site_files",
                format!("未采用：{reason}"),
                format!("Nothing was changed: {reason}"),
            ),
            Fault::NotTried(why) => not_tried(why),
            Fault::Store => say(
                "store",
                "存储出错，操作未确认；请重试并通知管理员。",
                "Storage failed and nothing was confirmed; try again and tell the administrator.",
            ),
            Fault::Broken => say(
                "broken",
                "系统处理这个请求时出错，没有做完；请再试一次，仍不行请通知管理员。",
                "The program failed at this request and did not finish it; try once more, then tell the \
                 administrator.",
            ),
        }
    }
}

fn no_station(station: &str, near: Option<&str>) -> FaultView {
    let (mut zh, mut en) = (
        format!("没有测站“{station}”。"),
        format!("There is no station \"{station}\"."),
    );
    if let Some(near) = near {
        zh.push_str(&format!("是否指“{near}”？"));
        en.push_str(&format!(" Did you mean \"{near}\"?"));
    }
    FaultView::new("no_such_station", zh, en)
}

fn not_tried(why: &NotTried) -> FaultView {
    match why {
        NotTried::Unsound(problems) => FaultView {
            problems: problems.clone(),
            ..FaultView::new(
                "rules_unsound",
                "没有试算：文件有错，见下。".to_owned(),
                "Not tried: the files have errors, see below.".to_owned(),
            )
        },
        NotTried::TooMany { most } => FaultView::new(
            "too_many_readings",
            format!("没有试算：这段时间连同规则往前看的时间超过 {most} 条读数，请缩短时段。"),
            format!(
                "Not tried: with what rules look back on, more than {most} readings lie in that \
                 time; choose a shorter one."
            ),
        ),
        NotTried::Queue => FaultView::new(
            "too_many_trials",
            "排队试算的人已满，请过一会儿再试。".to_owned(),
            "As many people wait for a trial as may; try again in a moment.".to_owned(),
        ),
        NotTried::Said(reason) => FaultView::new(
            "not_tried",
            format!("没有试算：{reason}"),
            format!("Not tried: {reason}"),
        ),
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(self.view())).into_response();
        if let Fault::TooManyTries { wait_s } | Fault::TooSoon { wait_s } = self {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
        }
        response
    }
}

impl From<runtime::Stopped> for Fault {
    fn from(_: runtime::Stopped) -> Fault {
        Fault::Stopping
    }
}

/// Logs what went wrong in the store and leaves nothing of it for the answer.
pub(crate) fn store_fault(doing: &str, cause: &dyn std::fmt::Display) -> Fault {
    tracing::error!(%cause, "could not {doing}");
    Fault::Store
}
