//! Diagnostics about the settings of checks.

macro_rules! checks {
    ([$next:ident $($rest:ident)*] $($before:tt)*) => {
        $next! { [$($rest)*] $($before)*
            UnknownActor "unknown-actor" Error []
                "a check names an actor that is not defined, or has no credential";
            UnknownHost "unknown-host" Error []
                "a check names a role that no host has";
            UnknownName "unknown-name" Error []
                "a check uses a placeholder or name that does not exist";
            UnknownStep "unknown-step" Error []
                "a check names a step that does not come before";
            WritesNotPermitted "writes-not-permitted" Error []
                "a check changes the target, which the project does not permit";
            CommandsNotPermitted "commands-not-permitted" Error []
                "a check runs a program, which the project does not permit";
            UnfitCheck "unfit-check" Error []
                "a check could not fail, so it would not be evidence";
            NoCounterRun "no-counter-run" Warning []
                "nothing shows that a check of a program or a file can fail";
            WeakControl "weak-control" Warning []
                "an answer that refuses meets a control, so the check will not be evidence";
            EmptyExpect "empty-expect" Error []
                "a step has no expectation, or one that any answer meets, or none can meet";
            FailureExpected "failure-expected" Error []
                "a check expects a failure of the service (5xx)";
            MisplacedExpect "misplaced-expect" Error []
                "an expectation cannot be combined with another one";
            EmptyList "empty-list" Error []
                "a list is empty or too short, so the check would test nothing";
            DuplicateStep "duplicate-step" Error []
                "two steps have the same name";
            DuplicateCapture "duplicate-capture" Error []
                "two values are captured under the same name";
            DuplicateEndpoint "duplicate-endpoint" Error []
                "an endpoint is listed twice";
            NoSingleRequest "no-single-request" Error []
                "a step has no request, or more than one";
            NoSingleSource "no-single-source" Error []
                "a check has no source to read, or more than one";
            MisplacedSetting "misplaced-setting" Error []
                "a setting needs another one that is missing";
            MisplacedSecret "misplaced-secret" Error []
                "the secret of an actor is used where it may not be sent";
            CredentialNotSent "credential-not-sent" Error []
                "a step names an actor whose credential is not sent to its host";
            MisplacedBody "misplaced-body" Error []
                "a request of this method has no body, or a request has several";
            BadMethod "bad-method" Error []
                "a method is not one that a server could read";
            NotARead "not-a-read" Error []
                "a request that may only read changes something";
            ForbiddenHeader "forbidden-header" Error []
                "a check sets a header that only Avouch may set";
            BadRepeat "bad-repeat" Error []
                "a request is repeated too often, or must not be repeated";
            TooManyRedirects "too-many-redirects" Error []
                "a check follows more redirects than are followed";
            UnsafeRedirects "unsafe-redirects" Error []
                "a request with a credential, or one that changes something, follows redirects";
            BadBase64 "bad-base64" Error []
                "a value is not valid base64";
            BadPointer "bad-pointer" Error []
                "a value is not a JSON Pointer, or points to nothing";
            NoProgram "no-program" Error []
                "a check names no program to run";
            BadCounterRun "bad-counter-run" Error []
                "the counter-run of a check is the run itself, or of another program";
            NoLink "no-link" Error []
                "the words of the claim have no link to an `https:` address";
            NoMailContact "no-mail-contact" Error []
                "a check of mail needs a mail address among the project's contacts";
            OtherScheme "other-scheme" Error []
                "an actor has another credential scheme than the check needs";
            NoControl "no-control" Error []
                "an actor has no key with which to sign the control";
            NoReason "no-reason" Error []
                "a bad credential is left out without a reason";
            SameActor "same-actor" Error []
                "two actors that must differ are the same";
            NoTenant "no-tenant" Error []
                "an actor of an isolation check belongs to no tenant";
            SameTenant "same-tenant" Error []
                "two actors of an isolation check belong to the same tenant";
            NoObject "no-object" Error []
                "`owns:` has no object of one of the tenants";
            OwnsAndCreates "owns-and-creates" Error []
                "a check names an existing object and also creates one";
            WeakMarker "weak-marker" Error []
                "a marker is so short that it may appear by chance";
            SameMarker "same-marker" Error []
                "the marker of one tenant contains the marker of another";
            UnmarkedText "unmarked-text" Warning []
                "a text of an object that a check creates has no mark";
            NoCanary "no-canary" Error []
                "an object is created without a canary, so its data cannot be recognised";
            NoId "no-id" Error []
                "the path of a created object does not contain its id";
            ChangeKeepsCanary "change-keeps-canary" Error []
                "a change keeps the canary, so it could not be noticed";
            LeftBehind "left-behind" Error []
                "a check creates an object and does not delete it";
            NoCleanUp "no-clean-up" Warning []
                "a request makes something in every run, and no later step deletes it";
            UnseenRemoval "unseen-removal" Error []
                "nothing would show whether a forged deletion deleted something";
            NoTime "no-time" Error []
                "no setting names where the time of a backup is";
            NoState "no-state" Error []
                "no setting shows which backups are finished";
            NoSize "no-size" Error []
                "no setting names where the size of a backup is";
            NoSuffix "no-suffix" Warning []
                "nothing tells the backups in a folder or a bucket from other files";
        }
    };
}
