"""The words of a comment: those that say something, by their stem.

Accents are left aside before stemming: half of what is typed on a phone has none.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from parvis.organisations.search_words import words_of

# Words that say nothing of what a comment is about: grammar, politeness, praise and blame (the
# smiley says those), numbers written out, what the masking put in place of somebody.
STOP_WORDS = frozenset(
    """
a accord adresse afin agreable ah ai aie aient ainsi ait alors apres as assez attendu au aucun
aucune aujourd aujourdhui auquel aura aurai auraient aurais aurait auriez aurions auront aussi
autant autre autres aux avaient avais avait avant avec avez aviez avions avoir avons ayant ayez
bah beaucoup besoin bien bientot bis bon bonjour bonne bonnes bons bonsoir bravo bref c ca car
carte ce ceci cela celle celles celui cent cependant certain certaine certaines certains certes
ces cet cette ceux chacun chacune chaque chez chose choses ci cinq comme comment compris compte
concernant content contente continuez contre correct correcte cote coup courriel d dans de debout
dedans dehors deja depuis dernier derniere dernieres derniers des desole desormais deux devait
devant devez devoir devons devraient devrait devriez dire dis disent dit dix dois doit doivent
donc dont du duquel durant elle elles en encore enfin ensuite entre envers environ es est et
etaient etais etait etant etc ete etes etiez etions etre eu eue eues euh eurent eus eut eux
excellent excellente facon faire fais faisait faisant fait faite faites fallait falloir faudra
faudrait faut fin fois font formidable fut general generale genial geniale gens gentil gentille
grace gros grosse haut hein hier hors huit ici il ils impeccable j jamais je jour jours jusqu
jusque juste l la laquelle le lequel les lesquelles lesquels leur leurs lien lors lorsque lui m ma
madame mais mal malgre masque masquee mauvais mauvaise me meme memes merci mes met mettre mieux
mille mlle mme moi moins mois moment mon monde monsieur mr n ne neanmoins neuf ni nickel niveau
nom nombreuses nombreux non nos notamment notre notres nous nouveau nouvelle nul nulle numero on
ont onze or ou oui outre par parce parfait parfaite parfois parmi part partout pas passage passe
pendant permet permettrait permettre peu peut peuvent peux plaque plupart plus plusieurs plutot
point possible pour pourquoi pourra pourraient pourrait pourtant pouvait pouvez pouvoir pouvons
prend prendre prends prenez pres presque pris prise puis puisque qu quand quant quatre que quel
quelle quelles quelqu quelque quelques quels qui quinze quoi quoique ras rien s sa sais sans
satisfait satisfaite sauf se selon sept sera serai seraient serait seront ses seul seule seulement
si sinon six soi soient sois soit sommes son sont sous souvent suis suite super sur surtout svp t
ta tandis tant tb te tel telephone telle tellement telles tels tes toi ton top toujours tous tout
toute toutes treize trente tres trois trop trouve trouver truc tu un une uns va vais vas vers
veulent veut veux via viens vient voici voila voir vois voit vont vos votre votres voulait voulez
vouloir vous voyez vraiment vu y
""".split()  # noqa: SIM905 – a list of 400 strings would hide the words
)
SHORTEST = 3
LONGEST = 30
_WORD = re.compile(r"\w+")


@cache
def _stemmer() -> Any:
    import snowballstemmer  # its tables take a while: only where themes are looked for

    return snowballstemmer.stemmer("french")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a folded word."""
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=50_000)
def _folded(written: str) -> str:
    """One word without accents nor capitals, or several run together ("aujourd’hui"): empty."""
    words = words_of(written)
    return words[0] if len(words) == 1 else ""


def telling_words(text: str) -> list[tuple[str, str]]:
    """The words of a text that may say what it is about, in order: (as written, folded)."""
    found = []
    for match in _WORD.finditer(text):
        if match.end() - match.start() > LONGEST:
            continue
        written = match.group().lower()
        word = _folded(written)
        if len(word) >= SHORTEST and word not in STOP_WORDS and word.isalpha():
            found.append((written, word))
    return found
