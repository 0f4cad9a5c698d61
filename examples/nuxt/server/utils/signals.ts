export interface Signal {
  letter: string;
  name: string;
  meaning: string;
  stripes: string[];
  upright: boolean;
}

/** Those of the flags that are made of stripes alone. */
export const signals: Signal[] = [
  { letter: "C", name: "Charlie", meaning: "Affirmative.", stripes: ["#0b4aa2", "#fff", "#d21f2b", "#fff", "#0b4aa2"], upright: false },
  { letter: "D", name: "Delta", meaning: "Keep clear of me; I am manoeuvring with difficulty.", stripes: ["#f7c520", "#0b4aa2", "#0b4aa2", "#f7c520"], upright: false },
  { letter: "E", name: "Echo", meaning: "I am altering my course to starboard.", stripes: ["#0b4aa2", "#d21f2b"], upright: false },
  { letter: "K", name: "Kilo", meaning: "I wish to communicate with you.", stripes: ["#f7c520", "#0b4aa2"], upright: true },
  { letter: "Q", name: "Quebec", meaning: "My vessel is healthy and I request free pratique.", stripes: ["#f7c520"], upright: true },
  { letter: "T", name: "Tango", meaning: "Keep clear of me; I am engaged in pair trawling.", stripes: ["#d21f2b", "#fff", "#0b4aa2"], upright: true },
];
