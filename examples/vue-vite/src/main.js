import { createApp } from "vue";
import { createRouter, createWebHistory } from "vue-router";
import App from "./App.vue";
import Plan from "./pages/Plan.vue";
import "./garden.css";

const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: "/", component: Plan },
    // The almanac is a chunk of its own: most people only plan.
    { path: "/almanac", component: () => import("./pages/Almanac.vue") },
  ],
});

createApp(App).use(router).mount("#app");
