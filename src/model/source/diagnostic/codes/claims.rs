//! Diagnostics about claims: how words and checks are bound, attestations and waivers.

macro_rules! claims {
    ([$next:ident $($rest:ident)*] $($before:tt)*) => {
        $next! { [$($rest)*] $($before)*
            ClaimWithoutFile "claim-without-file" Error []
                "a policy links a claim to a check file that does not exist"
                {
                    title: "Nothing checks this sentence",
                    explanation: "This sentence is linked to a check that does not exist.",
                    todo: "Correct the link, or ask your security team to write the check.",
                };
            CheckWithoutClaim "check-without-claim" Error [Claim]
                "no policy makes the claim of a check file"
                {
                    title: "A check proves nothing now",
                    explanation: "No page has the sentence that belongs to the check “{claim}”. It may \
                                  have been removed with a page or a paragraph.",
                    todo: "Put the sentence back. If it is no longer needed, ask your security team \
                           to remove the check.",
                };
            EmptyClaim "empty-claim" Error []
                "a link to a check covers no words"
                {
                    title: "This check has no sentence",
                    explanation: "This link to a check has no words that the check could prove.",
                    todo: "Put it after the sentence that it belongs to, or remove it.",
                };
            StatementWithoutReason "statement-without-reason" Error []
                "a statement gives no reason why it is not tested"
                {
                    title: "A reason is missing",
                    explanation: "This passage is marked as not tested, but gives no reason.",
                    todo: "Write the reason: [](stated: \"nobody can test the future\").",
                };
            PartOfASentence "part-of-a-sentence" Warning [Claim]
                "a claim covers only a part of its sentence"
                {
                    title: "Only a part of this sentence is checked",
                    explanation: "The words around the marked ones can change their meaning, and a \
                                  change of those is not noticed.",
                    todo: "Put the whole sentence between the square brackets.",
                };
            WordsAround "words-around" Error [Claim Words]
                "words around a claim, which no check tests, deny or limit it"
                {
                    title: "“{words}” changes what the checked sentence says",
                    explanation: "These words are not checked, but they deny or limit the words that \
                                  are.",
                    todo: "Put the whole sentence between the square brackets, or write the other \
                           words somewhere else.",
                };
            QuotedClaim "quoted-claim" Error [Claim]
                "a claim is in a quotation or a footnote"
                {
                    title: "A promise is hidden in a quotation or footnote",
                    explanation: "In a quotation somebody else speaks, and few people read \
                                  footnotes. A sentence that is checked must be in the text.",
                    todo: "Move the sentence into the text.",
                };
            StrikeThrough "strike-through" Error []
                "words of a claim are struck through"
                {
                    title: "Struck words are part of the promise",
                    explanation: "Words that are struck through are still read as part of the \
                                  sentence that is checked.",
                    todo: "Remove the struck words.",
                };
            Suspect "suspect" Error [Claim]
                "the words of a claim, or the heading above them, changed since they were approved";
            QuotesNothing "quotes-nothing" Error [Claim]
                "a quote in `proves_also` matches no passage of its policy";
            DuplicateProvesAlso "duplicate-proves-also" Error []
                "`proves_also` quotes the same words of one policy twice";
            DuplicateId "duplicate-id" Error [Claim]
                "a claim has two files, or appears in two places";
            EmptyChecks "empty-checks" Error []
                "a claim has no check";
            UnnamedProduct "unnamed-product" Error [Claim]
                "a claim applies to several products, and a check does not name those that it asks";
            TooManyChecks "too-many-checks" Error []
                "a claim has more checks than are run";
            UnknownKind "unknown-kind" Error []
                "no kind of check has this name";
            UnknownClaim "unknown-claim" Error [Claim]
                "an attestation or waiver is for a claim that does not exist, or a claim needs one";
            NeedsItself "needs-itself" Error [Claim]
                "a claim needs itself, directly or through other claims";
            UnknownRole "unknown-role" Error [Name]
                "the project does not define this role";
            FutureDate "future-date" Error []
                "an attestation or waiver is dated in the future";
            AttestationEnded "attestation-ended" Warning [Date]
                "an attestation has expired";
            AttestationEndsSoon "attestation-ends-soon" Warning [Date]
                "an attestation expires within 30 days";
            EndsTooSoon "ends-too-soon" Error []
                "a waiver ends before the day on which it was given";
            EndsTooLate "ends-too-late" Error []
                "a waiver lasts longer than a waiver may";
            WaiverEnded "waiver-ended" Warning []
                "a waiver has expired";
            WaiverEndsSoon "waiver-ends-soon" Warning []
                "a waiver expires soon";
            Overlap "overlap" Error []
                "a waiver accepts the same expectation twice";
            WaiverWithoutExtent "waiver-without-extent" Warning []
                "an entry of a waiver does not say how much it accepts";
            BadExtent "bad-extent" Error []
                "the extent of a waiver's entry does not fit its test";
            NotWaivable "not-waivable" Error []
                "a waiver accepts a leak between customers, or that strangers are let in";
            ValidForTooLong "valid-for-too-long" Error []
                "evidence or an attestation is valid for longer than the limit";
            UnknownExpectation "unknown-expectation" Warning []
                "a waiver accepts an expectation that no check of its claim has";
            NumberMismatch "number-mismatch" Error [Limit Said Value]
                "the words state another number than the check measures"
                {
                    title: "The words say “{said}”, but the check measures “{value}”",
                    explanation: "Readers are promised one thing, and another one is checked.",
                    todo: "Write “{value}”. If you mean “{said}”, ask your security team to change \
                           the check.",
                };
            NumberWithoutCheck "number-without-check" Error [Said]
                "the words state a number that no check measures"
                {
                    title: "Nothing checks “{said}”",
                    explanation: "No check of this sentence measures that number.",
                    todo: "Remove the number, or ask your security team to have it checked.",
                };
            NumberWithoutWords "number-without-words" Error [Limit Value]
                "a check measures a number that the words do not state"
                {
                    title: "The sentence leaves a number out",
                    explanation: "The check behind it measures “{value}”, but the words do not \
                                  mention it.",
                    todo: "Write “{value}” in the sentence, or ask your security team whether readers \
                           need to know.",
                };
            UnknownLimit "unknown-limit" Error []
                "`states:` names a limit that the check does not have";
            NeedlessStates "needless-states" Error []
                "`states:` names a limit that the words state already";
            UnknownBackground "unknown-background" Error []
                "`background:` quotes words that the claim does not have";
            NeedlessBackground "needless-background" Error []
                "`background:` quotes words without a number";
        }
    };
}
