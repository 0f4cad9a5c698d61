/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  async headers() {
    return [{ source: "/(.*)", headers: [{ key: "x-frame-options", value: "DENY" }] }];
  },
  async redirects() {
    return [{ source: "/found", destination: "/", permanent: true }];
  },
};

export default config;
