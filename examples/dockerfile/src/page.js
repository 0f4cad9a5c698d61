const names = ["rust", "straw", "moss", "sea", "slate", "plum", "clay", "wheat", "fern", "ink", "heather", "brick"];

/** A page in the colour of the day: the hue follows the day of the year. */
export function page(now) {
  const day = Math.floor((now - Date.UTC(now.getUTCFullYear(), 0, 0)) / 86_400_000);
  const hue = (day * 137) % 360;
  const name = names[Math.floor(hue / 30)];
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Colour of the day</title>
    <link rel="icon" href="data:,">
    <style>
      body { display: grid; place-content: center; min-height: 100vh; margin: 0; background: hsl(${hue} 45% 45%); color: #fff; font: 1.25rem system-ui; text-align: center }
      h1 { font-size: 4rem; margin: 0 }
    </style>
  </head>
  <body>
    <main>
      <h1>${name}</h1>
      <p>Colour of the day, hsl(${hue} 45% 45%)</p>
    </main>
  </body>
</html>
`;
}
