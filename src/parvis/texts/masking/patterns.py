"""The patterns of what identifies somebody, as read in a folded text.

Every repetition is bounded or cannot match what follows it: the cost is linear.
"""

from __future__ import annotations

import re

from parvis.texts.masking.words import NUMBERS

# --- Courriels and accounts: found from their sign, then to its left and to its right.
AT = re.compile(
    r" {0,2}(?:@|[(\[{] ?(?:at|arobase|arrobase|a|à|@) ?[)\]}]|(?<![\w])arr?obase(?![\w])) {0,2}",
    re.IGNORECASE,
)
LOCAL_CHARACTERS = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+/=?^_`{|}~-"
)
DOMAIN = re.compile(
    r"[\w-]{1,63}"
    r"(?:(?:\.| {0,2}[(\[{] ?(?:point|dot|\.) ?[)\]}] {0,2}| (?:point|dot) )[\w-]{1,63}){1,8}",
    re.IGNORECASE,
)
HOST = re.compile(r"[A-Za-z][\w-]{1,62}")

# --- Web addresses; only those that could point to somebody are masked.
URL = re.compile(r"(?:\b[a-z]{3,6}://|\bwww\.|\bmailto:)[^\s<>\"«»]{1,2000}", re.IGNORECASE)
PERSONAL_URL = re.compile(
    r"@|[?#]|/~|mailto:|(?:facebook|instagram|linkedin|twitter|tiktok|snapchat|youtube|"
    r"//x|wa|t)\.(?:com|fr|me)/[^\s/]",
    re.IGNORECASE,
)
SOCIAL = re.compile(
    r"\b(?:facebook|instagram|linkedin|twitter|tiktok|snapchat)\.com/[\w./%-]{1,200}",
    re.IGNORECASE,
)

# --- Numbers. `_S` = what people put between two digits.
_S = r"[ .\-/_]{0,3}"
_NOT_A_DATE = r"(?!\d{1,2}[/.\-]\d{1,2}[/.\-](?:19|20)\d{2}(?!\d))"
PHONE = re.compile(
    # +33 6…, 0033 6…, +33 (0)6…
    rf"(?<![\d+])(?:\+|00){_S}33{_S}(?:\( ?0 ?\)|0)?{_S}[1-9](?:{_S}\d){{8}}(?!\d)"
    # 06 12 34 56 78 however it is cut
    rf"|(?<![\d,]){_NOT_A_DATE}(?:\( ?0 ?\)|0){_S}[1-9](?:{_S}\d){{8}}(?!\d)"
    # another country: eight digits at least
    r"|(?<![\d+])\+[1-9](?:[ .\-/()]{0,2}\d){7,14}(?!\d)(?! ?(?:€|euros?|%))"
    r"|(?<!\d)00[1-9](?:[ .\-/()]{0,2}\d){8,13}(?!\d)"
)
TOLD_PHONE = re.compile(
    r"(?:\bt[ée]l(?:[ée]phone)?|\bportable|\bmobile|\bjoignable|\brappele[rz]?|\bwhats?app)\b"
    r"[^\d\n]{0,12}(?<!\d)(\d(?:[ .\-/]{0,2}\d){7,13})(?!\d)(?! ?(?:€|euros?))",
    re.IGNORECASE,
)
SPOKEN_PHONE = re.compile(
    rf"\bz[ée]ro[ \-,]{{1,2}}(?:{NUMBERS})\b(?:[ \-,]{{1,3}}(?:et[ \-])?(?:{NUMBERS}|\d{{1,2}})\b)"
    "{4,18}",
    re.IGNORECASE,
)
IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ \-]?[A-Za-z0-9]{4}){3,7}"
    r"(?:[ \-]?[A-Za-z0-9]{1,4})?(?![A-Za-z0-9])"
)
SOCIAL_SECURITY = re.compile(
    r"(?<!\d)[12378][ .\-]?\d{2}[ .\-]?(?:0[1-9]|1[0-2]|[2-9]\d)[ .\-]?(?:\d{2}|2[ABab])[ .\-]?"
    r"\d{3}[ .\-]?\d{3}(?:[ .\-/]{0,3}\d{2})?(?!\d)"
)
CARD = re.compile(r"(?<!\d)(?:\d{4}[ .\-]){3}\d{4}(?:[ .\-]\d{1,3})?(?!\d)")
# A number of a file, of an allowance, of a tax payer: nine digits or more in one go.
LONG_NUMBER = re.compile(r"(?<![\d,.])\d{9,40}[A-Za-z]?(?![\d])")
PUBLIC_NUMBER = re.compile(r"(?:siren|siret|rna)\W{0,3}(?:n°\W?)?$", re.IGNORECASE)

# --- Plates: since 2009, then those before.
_L, _l = "[A-HJ-NP-TV-Z]{2}", "[a-hj-np-tv-z]{2}"
# Found from its digits: `plate_start` says how many characters come before them.
PLATE = re.compile(
    rf"\d{{3}}(?:(?<=(?<![\w-]){_L}\d{{3}}){_L}|(?<=(?<![\w-]){_L}[ .\-]\d{{3}})[ .\-]{_L}"
    rf"|(?<=(?<![\w-]){_l}\d{{3}}){_l}|(?<=(?<![\w-]){_l}-\d{{3}})-{_l})(?![\w-])"
)
OLD_PLATE = re.compile(
    r"\d(?<![\w,.\-].)\d{0,3}(?:([ \-]?)[A-HJ-NP-TV-Z]{2,3}\1(?:\d{2}|2[AB]|97\d)"
    r"|-[a-hj-np-tv-z]{2,3}-\d{2})(?![\w-])"
)
TOLD_PLATE = re.compile(
    r"\b(?:plaque|immatricul\w{1,8})\b[^\d\n]{0,14}?"
    r"((?:[a-z]{2}[ .\-]?\d{3}[ .\-]?[a-z]{2}|\d{1,4}[ .\-]?[a-z]{2,3}[ .\-]?\d{2}))(?!\w)",
    re.IGNORECASE,
)
NOT_PLATES = frozenset(
    {
        *("LE", "LA", "DE", "EN", "ET", "AU", "CE", "SE", "NE", "ME", "TE", "DES", "LES", "CES"),
        *(
            "SES",
            "MES",
            "TES",
            "PAR",
            "DEC",
            "MAR",
            "KM",
            "MM",
            "CM",
            "KG",
            "ML",
            "MN",
            "HT",
            "TTC",
        ),
        *("AM", "PM", "GB", "MB", "TB"),
    }
)

# --- A number and a street. The plain ones (1 place, 2 cours) need a capital letter.
_NUMBER = r"\d(?<![\w,./].)\d{0,3} ?(?:bis|ter|quater|[a-dA-D](?=[ ,]))?,? {1,2}"
_LINK = r"(?:(?:de|du|des|la|le|les|aux?|en|saint|sainte|st|ste)[ \-]|de l'|d'|l'){0,4}"
_CITY = (
    r"(?:(?:,? {1,2}(?:à )?|,)\d{5}(?: [A-ZÀ-Ý][\w'\-]{1,40}(?:[ \-][A-ZÀ-Ý][\w'\-]{1,40}){0,3})?)?"
)
_MORE = r"(?:[ \-](?:(?:de|du|des|la|le|les) ){0,2}(?:d'|l')?[A-ZÀ-Ý][\w'\-]{1,40}){0,5}"
ADDRESS = re.compile(
    _NUMBER
    + r"(?:(?:[Rr]ue|RUE|[Aa]venue|AVENUE|[Aa]v\.?|[Bb]oulevard|[Bb](?:l?v)?d\.?|[Aa]ll[ée]e|"
    r"[Cc]hemin|[Cc]h\.|[Ii]mpasse|[Qq]uai|[Ss]entier|[Ff]aubourg|[Rr]uelle|[Ll]otissement) "
    + _LINK
    + r"(?!(?:sur|est|sont|qui|que|pour|et|ou|plus|barr[ée]e)\b)[\wÀ-ÿ]['\w\-]{1,40}"
    r"|(?:[Pp]lace|[Pp]l\.|[Rr]oute|[Rr]te|[Ss]quare|[Cc]ours|[Pp]assage|[Rr][ée]sidence|[Vv]oie|"
    r"[Vv]illa|[Cc]it[ée]|[Ee]splanade|[Hh]ameau|[Mm]ont[ée]e|[Pp]romenade|[Cc]los) "
    + _LINK
    + r"[A-ZÀ-Ý]['\w\-]{1,40})"
    + _MORE
    + _CITY
)

# --- Names after a title, an office, or the words that announce them.
CAPITALISED = r"[A-ZÀ-ÖØ-ÞŒ][\w]{0,40}(?:['\-][\w]{1,40}){0,4}"
INITIAL = r"[A-ZÀ-Ý]\.(?:[ \-]?[A-ZÀ-Ý]\.)?"
NAME_WORD = re.compile(rf"(?:{INITIAL}(?!\w)|{CAPITALISED})")
PARTICLE = re.compile(
    r"(?:[Dd]e (?:[Ll]a |[Ll]'|[Ll]es )?|[Dd]es |[Dd]u |[Ll]e |[Ll]a |[Ll]es |[Dd]'|[Ll]'|"
    r"[Vv]an (?:der )?|[Vv]on |[Ee]l |[Aa]l |[Bb]en |[Oo]uld )"
)
LOWER_WORD = re.compile(r"[a-zà-ÿœ]{3,40}(?:-[a-zà-ÿœ]{2,40}){0,2}")
# (No \b before them: patterns that begin with a letter are searched for by that letter.)
TITLE = re.compile(
    r"(?:M\.|MM\.|M(?= [A-Z])|Mme|Mmes|Mlle|Mlles|Mr\.?|Mrs?\.|Monsieur|Messieurs|Madame|"
    r"Mesdames|Mademoiselle|Dr\.?|Docteure?|Pr\.?|Professeure?|Me|Ma[îi]tre|"
    r"MADAME|MONSIEUR|MADEMOISELLE|MME|MLLE|MR\.?|DR\.?|DOCTEUR|MAÎTRE|MAITRE|"
    r"m\.(?= ?[A-ZÀ-Ý])|mme|mlle|mr\.?|dr\.?|madame|monsieur|mademoiselle|docteure?|professeure?|"
    r"ma[îi]tre(?= [A-ZÀ-Ý]))(?:(?<=\.)|(?![\w-]))[ \n]{0,2}"
)
# Two people under one title: "Mme Dupont et Martin".
AND = re.compile(r" (?:et|ou|&) ")
OFFICE = re.compile(
    r"\b(?:[Aa]gent(?:e|es|s)?|[Cc]onseill(?:er|ère)|[Gg]uichet(?:ier|ière)|[Hh]ôtesse|"
    r"[Cc]ollègue|[Ii]nfirmi(?:er|ère)|[Ss]ecrétaire|[Dd]irect(?:eur|rice)|[Ss]tagiaire|"
    r"[Rr]esponsable|[Pp]olici(?:er|ère)|[Gg]ardien(?:ne)?|[Rr]éceptionniste|[Aa]ssistante?|"
    r"[Tt]echnicien(?:ne)?|[Éé]ducat(?:eur|rice)|[Aa]nimat(?:eur|rice)|[Éé]lue?|[Aa]djointe?)"
    r"(?: (?:d'accueil|du guichet(?: \d{1,2})?|au guichet(?: \d{1,2})?|administrative?|sociale?))?"
    r"(?: ?:)? "
)
ANNOUNCED = re.compile(
    r"\b(?:[Ss]e nomme|(?:[Ss]'|[Mm]'|s’)appel(?:le|ait|lent)|[Nn]ommée?|[Pp]rénommée?|"
    r"[Dd]énommée?|[Ss]igné(?: ?:)?|[Pp]rénom(?: ?:)?|[Nn]om(?: de famille)? ?:|"
    r"[Mm]on nom est|[Ss]on nom est|[Ss]on prénom est|[Jj]e suis(?= [A-Z][\w-]{1,30} [A-Z]{2}))"
    r" {1,2}"
)
