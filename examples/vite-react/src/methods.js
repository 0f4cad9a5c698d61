/** Ways to brew: grams of coffee or tea per litre, water temperature in °C, and the steps with their length in seconds. */
export const methods = [
  {
    id: "pour-over",
    name: "Pour-over",
    gramsPerLitre: 60,
    temperature: 94,
    grind: "medium",
    steps: [
      { name: "Bloom with twice the weight of the coffee", seconds: 45 },
      { name: "Pour to half in circles", seconds: 45 },
      { name: "Pour the rest", seconds: 60 },
      { name: "Let it drain", seconds: 45 },
    ],
  },
  {
    id: "french-press",
    name: "French press",
    gramsPerLitre: 65,
    temperature: 96,
    grind: "coarse",
    steps: [
      { name: "Pour all the water", seconds: 20 },
      { name: "Steep", seconds: 220 },
      { name: "Break the crust and skim", seconds: 20 },
      { name: "Press slowly", seconds: 20 },
    ],
  },
  {
    id: "aeropress",
    name: "AeroPress",
    gramsPerLitre: 75,
    temperature: 88,
    grind: "fine to medium",
    steps: [
      { name: "Pour and stir", seconds: 20 },
      { name: "Steep", seconds: 60 },
      { name: "Press", seconds: 30 },
    ],
  },
  {
    id: "green-tea",
    name: "Green tea",
    gramsPerLitre: 10,
    temperature: 75,
    grind: "whole leaf",
    steps: [
      { name: "Warm the pot", seconds: 20 },
      { name: "Steep", seconds: 120 },
    ],
  },
  {
    id: "black-tea",
    name: "Black tea",
    gramsPerLitre: 12,
    temperature: 98,
    grind: "whole leaf",
    steps: [{ name: "Steep", seconds: 240 }],
  },
];

export function gramsFor(method, millilitres) {
  return Math.round((method.gramsPerLitre * millilitres) / 100) / 10;
}

export function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
