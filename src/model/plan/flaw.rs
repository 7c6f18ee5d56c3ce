//! Why a plan cannot support a claim.

/// What makes a plan unfit to be evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// No probe step expects anything.
    AsksNothing,
    /// The named step expects a refusal or an absence and names no control.
    Uncontrolled(String),
    /// The named step names a control that is none.
    NotAControl(String),
    /// The named step and its control differ in more than actor and credential.
    ControlDiffers(String, String),
}

impl Flaw {
    /// The step that it is about, if it is one's.
    pub fn step(&self) -> Option<&str> {
        match self {
            Self::AsksNothing => None,
            Self::Uncontrolled(step) | Self::NotAControl(step) | Self::ControlDiffers(step, _) => {
                Some(step)
            }
        }
    }

    /// What is wrong, for the author.
    pub fn message(&self) -> String {
        match self {
            Self::AsksNothing => "no `probe` step of this check expects anything".into(),
            Self::Uncontrolled(step) => {
                format!("step `{step}` expects a refusal or an absence but names no control")
            }
            Self::NotAControl(step) => {
                format!("step `{step}` names a control that is no step of role `control`")
            }
            Self::ControlDiffers(step, control) => {
                format!("step `{step}` and its control `{control}` do not ask for the same thing")
            }
        }
    }
}
