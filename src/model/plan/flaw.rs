//! Why a plan cannot support a claim.

/// What makes a plan unfit to be evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// No probe step has an expectation.
    AsksNothing,
    /// The named step expects a refusal or an absence and names no control.
    Uncontrolled(String),
    /// The named step names a control whose role is not `control`.
    NotAControl(String),
    /// The named step and its control differ in more than actor and credential.
    ControlDiffers(String, String),
    /// One answer meets both a step and its control.
    Overlap {
        /// The step.
        step: String,
        /// Its control.
        control: String,
        /// The status of that answer.
        status: u16,
    },
}

impl Flaw {
    /// The step with the flaw, if it is a single step's.
    pub fn step(&self) -> Option<&str> {
        match self {
            Self::AsksNothing => None,
            Self::Uncontrolled(step)
            | Self::NotAControl(step)
            | Self::ControlDiffers(step, _)
            | Self::Overlap { step, .. } => Some(step),
        }
    }

    /// A message for the author.
    pub fn message(&self) -> String {
        match self {
            Self::AsksNothing => "no `probe` step of this check has an expectation".into(),
            Self::Uncontrolled(step) => {
                format!("step `{step}` expects a refusal or an absence but names no control")
            }
            Self::NotAControl(step) => {
                format!("step `{step}` names a control that does not have `role: control`")
            }
            Self::ControlDiffers(step, control) => {
                format!("step `{step}` and its control `{control}` do not send the same request")
            }
            Self::Overlap { step, control, status } => format!(
                "an answer with status {status} meets both step `{step}` and its control `{control}`, \
                 so a service that refuses everybody would pass"
            ),
        }
    }
}
