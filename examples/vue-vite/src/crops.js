export const crops = [
  { name: "Tomato", sow: "March", sign: "🍅", friends: ["Basil", "Carrot"], foes: ["Potato"] },
  { name: "Basil", sow: "April", sign: "🌿", friends: ["Tomato"], foes: [] },
  { name: "Carrot", sow: "April", sign: "🥕", friends: ["Onion", "Tomato"], foes: [] },
  { name: "Onion", sow: "March", sign: "🧅", friends: ["Carrot"], foes: ["Bean"] },
  { name: "Bean", sow: "May", sign: "🫘", friends: ["Potato"], foes: ["Onion"] },
  { name: "Potato", sow: "April", sign: "🥔", friends: ["Bean"], foes: ["Tomato"] },
];

/** What neighbours say of each other: a list of sentences, bad news first. */
export function judge(names) {
  const sentences = [];
  for (const [index, name] of names.entries()) {
    const next = names[index + 1];
    if (!name || !next) continue;
    const crop = crops.find((each) => each.name === name);
    if (crop.foes.includes(next)) sentences.unshift({ good: false, text: `${name} and ${next} quarrel` });
    else if (crop.friends.includes(next)) sentences.push({ good: true, text: `${name} helps ${next}` });
  }
  return sentences;
}
