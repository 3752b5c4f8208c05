"use strict";
// Makes a photo smaller before it is sent: less to send, within the limits, and without the place
// and time that phones write into photos. Without scripts the photo goes as it is.
(function () {
  const field = document.getElementById("photo");
  const longest = 2000;

  field.addEventListener("change", async function () {
    const file = field.files[0];
    if (!file || file.name === "small.jpg") return;
    try {
      const photo = await createImageBitmap(file);
      const scale = Math.min(1, longest / Math.max(photo.width, photo.height));
      const sheet = document.createElement("canvas");
      sheet.width = Math.round(photo.width * scale);
      sheet.height = Math.round(photo.height * scale);
      const pen = sheet.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, sheet.width, sheet.height);
      pen.drawImage(photo, 0, 0, sheet.width, sheet.height);
      const small = await new Promise((done) => sheet.toBlob(done, "image/jpeg", 0.9));
      const box = new DataTransfer();
      box.items.add(new File([small], "small.jpg", { type: "image/jpeg" }));
      if (field.files[0] === file) field.files = box.files;
    } catch (unreadable) { /* the server says what is wrong with it */ }
  });
})();
