"use strict";
// On a phone one more button opens the camera at once; without scripts the field asks the phone
// itself whether to take a photo or to choose one.
(function () {
  const field = document.getElementById("photo"), button = document.querySelector("[data-camera]");
  if (!field || !button || !("capture" in field)) return;
  button.hidden = !matchMedia("(pointer: coarse)").matches;
  button.addEventListener("click", function () {
    field.setAttribute("capture", "environment");
    field.click();
    field.removeAttribute("capture");
  });
})();
