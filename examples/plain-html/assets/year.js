// The footer carries the current year, so that nobody has to edit it in January.
document.querySelector("footer").append(` © ${new Date().getFullYear()}`);
