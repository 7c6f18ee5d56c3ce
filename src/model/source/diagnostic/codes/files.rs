//! Diagnostics about any file: whether it can be read, and whether its YAML is sound.

macro_rules! files {
    ([$next:ident $($rest:ident)*] $($before:tt)*) => {
        $next! { [$($rest)*] $($before)*
            Unreadable "unreadable" Error []
                "a file or folder cannot be opened"
                {
                    title: "This file cannot be read",
                    explanation: "It exists, but it cannot be opened.",
                    todo: "Save it again, or ask the people who support your computer.",
                };
            MissingFile "missing-file" Error []
                "a file that the settings name does not exist or cannot be read";
            OutsideProject "outside-project" Error []
                "a file lies outside the project's folder"
                {
                    title: "This file lies elsewhere",
                    explanation: "It leads out of the project's folder, and is not read.",
                    todo: "Put the file itself into the folder.",
                };
            TooManyFiles "too-many-files" Error []
                "a folder has more files than are read";
            TooLong "too-long" Error []
                "a file is longer than is read"
                {
                    title: "This file is too long",
                    explanation: "It is too long to be a policy, and is not read.",
                    todo: "Divide it into several pages.",
                };
            TooMuch "too-much" Error []
                "the sources need more memory or time than one run may use"
                {
                    title: "This is too much to read",
                    explanation: "The preview stopped here, because reading the rest would take too long \
                                  or too much of the computer's memory.",
                    todo: "Divide this page into several, or shorten it.",
                };
            HistoryUnread "history-unread" Warning []
                "the authors of changed words cannot be read from Git";
            TooManyMistakes "too-many-mistakes" Error []
                "a file has more mistakes than are listed";
            NotUtf8 "not-utf-8" Error []
                "a file is not encoded in UTF-8"
                {
                    title: "This file was saved in another encoding",
                    explanation: "Some of its letters cannot be read.",
                    todo: "Save it again with the encoding UTF-8.",
                };
            HiddenCharacter "hidden-character" Error []
                "the text contains a character that readers cannot see"
                {
                    title: "This text contains an invisible character",
                    explanation: "It can make readers see other words than those that are checked.",
                    todo: "Delete the words around it and type them again.",
                };
            LookAlike "look-alike" Error [Words]
                "a word has a letter of another script, or a special letter, that looks like another letter"
                {
                    title: "A letter only looks right",
                    explanation: "“{words}” has a letter of another alphabet that looks like an \
                                  ordinary one, so programs read another word than people do.",
                    todo: "Type the word again on your keyboard.",
                };
            NotYaml "not-yaml" Error []
                "the text is not valid YAML"
                {
                    title: "{Subject} cannot be read",
                    explanation: "These lines are not in the form “word: text”. A quotation mark or \
                                  a colon may be missing near here.",
                    todo: "Correct the line, or put it back as it was.",
                };
            SeveralDocuments "several-documents" Error []
                "a file has more than one YAML document";
            TooDeep "too-deep" Error []
                "YAML is nested too deeply";
            Alias "alias" Error []
                "YAML aliases and anchors are not allowed";
            Tag "tag" Error []
                "YAML tags are not allowed";
            MergeKey "merge-key" Error []
                "YAML merge keys are not allowed";
            KeyNotAString "key-not-a-string" Error []
                "a key in YAML is not a string";
            DuplicateKey "duplicate-key" Error [Key]
                "a mapping has the same key twice"
                {
                    title: "A line appears twice {where}",
                    explanation: "“{key}” appears twice.",
                    todo: "Keep one of them.",
                };
            MissingKey "missing-key" Error [Key]
                "a required key is missing"
                {
                    title: "Something is missing {where}",
                    explanation: "The line “{key}” is missing.",
                    todo: "Add it {inside}.",
                };
            UnknownKey "unknown-key" Error [Key]
                "a key is not one of those that the file may have"
                {
                    title: "A line {where} is not understood",
                    explanation: "“{key}” is not one of the lines that may be there.",
                    todo: "Check how it is spelt.",
                };
            WrongType "wrong-type" Error []
                "a value has the wrong type, such as a list where text is expected"
                {
                    title: "A line {where} is not understood",
                    explanation: "The text after the colon does not have the right form.",
                    todo: "Put it in quotes, or write it as it was before.",
                };
            WrongValue "wrong-value" Error []
                "a value has the right type, but is not allowed"
                {
                    title: "A line {where} is not understood",
                    explanation: "The text after the colon is not allowed there.",
                    todo: "Correct it, or write it as it was before.",
                };
            UnknownValue "unknown-value" Error [Name]
                "a value is not on the list of allowed values"
                {
                    title: "A line {where} is not understood",
                    explanation: "“{name}” is not one of the words that may be there.",
                    todo: "Check how it is spelt.",
                };
            Empty "empty" Error []
                "a file, a text or a list has no content"
                {
                    title: "Something is empty {where}",
                    explanation: "Text is missing here.",
                    todo: "Write it {inside}.",
                };
            DuplicateName "duplicate-name" Error [Name]
                "two entries have the same name"
                {
                    title: "A name appears twice {where}",
                    explanation: "“{name}” appears twice.",
                    todo: "Keep one of them, or rename one.",
                };
            ImpossibleDate "impossible-date" Error [Value]
                "a date does not exist in the calendar"
                {
                    title: "There is no such day",
                    explanation: "“{value}” is not a day in the calendar.",
                    todo: "Write the date like 2026-11-22.",
                };
            BadAddress "bad-address" Error []
                "a value is not a web address, contact address or path that can be used there"
                {
                    title: "This address cannot be used",
                    explanation: "This is not an address of the kind that is expected here.",
                    todo: "Write a whole address, such as https://example.com/.",
                };
        }
    };
}
