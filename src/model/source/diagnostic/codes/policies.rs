//! Diagnostics about policies: their text, links, HTML and numbers.

macro_rules! policies {
    ([$next:ident $($rest:ident)*] $($before:tt)*) => {
        $next! { [$($rest)*] $($before)*
            NoPolicies "no-policies" Error []
                "the project, or one of its languages, has no policy";
            NoClaims "no-claims" Error []
                "no policy makes a claim";
            NoFrontMatter "no-front-matter" Error []
                "a policy does not begin with front matter"
                {
                    title: "The top of this page is missing",
                    explanation: "A page begins with a line “---”, then its title, summary, date and \
                                  owner, then another line “---”. These lines are missing, or the \
                                  last one is.",
                    todo: "Put them back as they were.",
                };
            BadFileName "bad-file-name" Error [Name]
                "a file's name cannot be a claim's id or a page's address"
                {
                    title: "This file's name cannot be used",
                    explanation: "“{name}” cannot be the address of a page.",
                    todo: "Use letters, digits and hyphens only.",
                };
            SameAddress "same-address" Error []
                "two pages would have the same address"
                {
                    title: "Two pages have one address",
                    explanation: "This page would replace another one.",
                    todo: "Give one of the two files another name.",
                };
            UnknownProduct "unknown-product" Error [Name]
                "the project does not define this product"
                {
                    title: "This product is not known",
                    explanation: "There is no product “{name}” in the project.",
                    todo: "Correct the name, or ask your security team to add it.",
                };
            UndeclaredLanguage "undeclared-language" Warning []
                "a folder is named like a language in which the site is not published";
            Untranslated "untranslated" Error [Claim]
                "a claim is missing from the policies in one of the languages";
            HeadingSkips "heading-skips" Error []
                "a heading is more than one level deeper than the heading above it"
                {
                    title: "A heading is too deep",
                    explanation: "A level of headings is left out above it, which confuses readers \
                                  who listen to the page.",
                    todo: "Use one # less.",
                };
            DuplicateAnchor "duplicate-anchor" Error [Anchor]
                "two headings have the same id"
                {
                    title: "Two headings have one name",
                    explanation: "Links to “{anchor}” cannot distinguish the two.",
                    todo: "Give one of them another name.",
                };
            MissingPage "missing-page" Error [Page]
                "a link leads to a page that does not exist"
                {
                    title: "This link is broken",
                    explanation: "There is no page “{page}”.",
                    todo: "Correct the link, or remove it.",
                };
            MissingHeading "missing-heading" Error [Anchor Page]
                "a link leads to a heading that does not exist"
                {
                    title: "This link is broken",
                    explanation: "The page exists, but it has no heading “#{anchor}”.",
                    todo: "Correct the part of the link after the #, or remove it.",
                };
            UnsafeLink "unsafe-link" Error [Scheme]
                "a link has a scheme that is not published, such as `javascript:`"
                {
                    title: "This link is not safe",
                    explanation: "It leads to an address that begins with “{scheme}:”, which is not \
                                  published.",
                    todo: "Use a web address, a mail address or a telephone number.",
                };
            EmptyLink "empty-link" Error []
                "a link has no words"
                {
                    title: "This link has no words",
                    explanation: "There is nothing here that a reader could click.",
                    todo: "Put words between the square brackets, or remove the link.",
                };
            PictureNotShown "picture-not-shown" Error []
                "a picture is not published: pages load nothing from elsewhere"
                {
                    title: "This picture is not shown",
                    explanation: "The pages of this site load nothing from elsewhere, so readers see \
                                  an empty frame.",
                    todo: "Describe in words what it shows, or link to it.",
                };
            LooksLikeALink "looks-like-a-link" Warning []
                "text looks like a link, but readers see it as plain text"
                {
                    title: "This link does not work",
                    explanation: "Readers see it with its brackets, as it is written here.",
                    todo: "Remove spaces from the address, and check that both brackets are closed.",
                };
            LooksLikeAClaim "looks-like-a-claim" Error []
                "text looks like a link to a check, but is plain text"
                {
                    title: "This sentence is not bound to its check",
                    explanation: "It looks as if it should be, but the brackets do not match, or \
                                  there is another link within them.",
                    todo: "If the sentence has links of its own, put the link to the check behind it \
                           with empty brackets: [](../checks/…).",
                };
            LooksLikeBold "looks-like-bold" Warning []
                "stars look like emphasis, but readers see them as stars"
                {
                    title: "Readers see these stars",
                    explanation: "It looks as if something should be bold, but it is not.",
                    todo: "Put the stars right next to the words, with a space before and after the \
                           two pairs.",
                };
            MissingFootnote "missing-footnote" Warning [Footnote]
                "a footnote is referred to, but not written"
                {
                    title: "There is no such footnote",
                    explanation: "Readers see “[^{footnote}]” as it is written here.",
                    todo: "Write the footnote further down, in a paragraph that begins with \
                           [^{footnote}]:",
                };
            DuplicateFootnote "duplicate-footnote" Error [Footnote]
                "two footnotes have the same name"
                {
                    title: "Two footnotes have one name",
                    explanation: "Every mark [^{footnote}] leads to the first of them.",
                    todo: "Give one of them another name.",
                };
            RawHtml "raw-html" Error []
                "HTML is not allowed here"
                {
                    title: "There is HTML in the text",
                    explanation: "It cannot be published in this place.",
                    todo: "Write it without the HTML.",
                };
            HtmlLeftOut "html-left-out" Warning [Html]
                "an element or attribute of HTML is not published"
                {
                    title: "{html} is not published",
                    explanation: "Only harmless HTML is: text, lists and tables, without styles and \
                                  scripts.",
                    todo: "Write it in Markdown, or remove it.",
                };
            HtmlLink "html-link" Error []
                "a link is written in HTML where Markdown can be used"
                {
                    title: "This link is written in HTML",
                    explanation: "Links are only followed and checked if they are written in \
                                  Markdown.",
                    todo: "Write it like [words](address).",
                };
            HtmlUnclosed "html-unclosed" Error [Html]
                "an element of HTML does not begin and end in the same place"
                {
                    title: "Some HTML does not end where it should",
                    explanation: "{html} is opened and not closed, or closed in another place.",
                    todo: "Close it, or write it in Markdown.",
                };
            UnboundPromise "unbound-promise" Error [Words]
                "a sentence reads like a promise, and is neither a claim nor a statement"
                {
                    title: "This reads like a promise",
                    explanation: "“{words}” makes readers take it for one, but no check supports it, \
                                  and no reason is given why there is no check.",
                    todo: "Use other words, or ask your security team for a check; or mark it as a \
                           plain statement with the reason: [](stated: \"nobody can test the \
                           future\").",
                };
            ImitatesVerdict "imitates-verdict" Error [Words]
                "a text by an author looks like a verdict, such as `✓ Verified`"
                {
                    title: "This looks like a verdict",
                    explanation: "Readers would think that “{words}” is the result of a check.",
                    todo: "Say in a sentence of your own what was done, or remove it.",
                };
            RetractedWords "retracted-words" Error []
                "a policy uses words that were retracted from a published page"
                {
                    title: "These words were retracted before",
                    explanation: "They were on a published page once, and were removed from it.",
                    todo: "Use other words. If it is true again, ask your security team to give the \
                           reason.",
                };
            MisplacedTable "misplaced-table" Error []
                "the table of sub-processors cannot be here"
                {
                    title: "The table of sub-processors cannot be here",
                    explanation: "It needs a paragraph of its own.",
                    todo: "Put its line between two empty lines, outside lists and tables.",
                };
            UnusedFile "unused-file" Warning []
                "no policy shows the list of sub-processors"
                {
                    title: "No page shows the list of sub-processors",
                    explanation: "The list exists, but readers cannot find it on any page.",
                    todo: "Add its table to a page, or remove the list.",
                };
        }
    };
}
