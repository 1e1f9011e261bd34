// Starts Redoc on the program's own API description. A file of its own, since the page's
// Content-Security-Policy allows no inline script. Fonts are the system's: Redoc brings none, and
// would need another host for its own.
"use strict";

const systemFont = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const systemMonospace = 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace';

window.Redoc.init(
  "/openapi.json",
  {
    hideDownloadButton: false,
    expandResponses: "200,201",
    theme: {
      typography: {
        fontFamily: systemFont,
        headings: { fontFamily: systemFont },
        code: { fontFamily: systemMonospace },
      },
    },
  },
  document.getElementById("redoc"),
);
