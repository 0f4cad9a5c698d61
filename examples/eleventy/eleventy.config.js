export default function (eleventy) {
  eleventy.addPassthroughCopy("styles");
  eleventy.addPassthroughCopy({ "robots.txt": "robots.txt", "pot.svg": "pot.svg" });
  eleventy.addFilter("minutes", (count) => (count < 60 ? `${count} min` : `${Math.floor(count / 60)} h ${count % 60} min`));
  eleventy.addCollection("recipes", (api) =>
    api.getFilteredByGlob("recipes/*.md").sort((a, b) => a.data.title.localeCompare(b.data.title)),
  );
}
