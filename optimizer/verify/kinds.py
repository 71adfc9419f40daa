"""What a kind of check is to the verifier: breaches of a rule, and why one cannot be decided.

In: a `Scene` and a rule. Out: sentences. Slack (metres) is given to the layout where above 0, taken
from it where below, and so is the doubt of the judge's method and of the verifier's: with slack
above 0 a breach is certain, and where there is none below 0 the rule is kept beyond doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.rules.model import Rule
    from optimizer.verify.scene import Scene

__all__ = ["Check", "Why"]

#: One sentence per breach, for a scene, a rule and slack.
Check = Callable[["Scene", "Rule", float], Iterator[str]]
#: One sentence per reason why a rule cannot be decided of a scene.
Why = Callable[["Scene", "Rule"], Iterator[str]]
