/* Behaviours of every page. Each is a module of its own, found by a data- attribute; a page works
   without them. */
import { startAutosubmit } from "./autosubmit.js";
import { startDismiss } from "./dismiss.js";
import { startFocusOnLoad } from "./focus-on-load.js";
import { startNeedsScript } from "./needs-script.js";
import { startSubmitOnce } from "./submit-once.js";

startAutosubmit();
startDismiss();
startFocusOnLoad();
startNeedsScript();
startSubmitOnce();
