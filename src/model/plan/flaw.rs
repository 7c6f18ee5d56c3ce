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
    /// A step and its control do not differ in exactly the parts that the step names.
    OtherDifference {
        /// The step.
        step: String,
        /// Its control.
        control: String,
        /// The parts in which they differ and that the step does not name, in words.
        unnamed: String,
        /// The parts that it names and that are equal, in words.
        equal: String,
    },
    /// The named step runs a program or reads a file, and no counter-run shows that it can fail.
    NoCounterRun(String),
    /// A program that examines nothing.
    ExaminesNothing {
        /// The step that runs it.
        step: String,
        /// The program.
        program: String,
    },
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
            | Self::NoCounterRun(step)
            | Self::ExaminesNothing { step, .. }
            | Self::OtherDifference { step, .. }
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
            Self::OtherDifference { step, control, unnamed, equal } if unnamed.is_empty() => {
                format!("step `{step}` and its control `{control}` do not differ in {equal}")
            }
            Self::OtherDifference { step, control, unnamed, .. } => {
                format!("step `{step}` and its control `{control}` also differ in {unnamed}")
            }
            Self::NoCounterRun(step) => {
                format!("nothing shows that the step `{step}` can fail: there is no counter-run")
            }
            Self::ExaminesNothing { step, program } => {
                format!("the step `{step}` runs `{program}`, which examines nothing")
            }
            Self::Overlap { step, control, status } => format!(
                "an answer with status {status} meets both step `{step}` and its control `{control}`, \
                 so a service that refuses everybody would pass"
            ),
        }
    }
}
