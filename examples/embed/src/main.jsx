import { createRoot } from "react-dom/client";
import { App } from "./app.jsx";
import "@landfall/react/styles.css";
import "./sketch.css";

createRoot(document.getElementById("root")).render(<App />);
