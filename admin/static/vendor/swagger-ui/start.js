// Shows our own description of the API; nothing is fetched from anywhere else.
window.addEventListener("load", function () {
  window.SwaggerUIBundle({
    url: "/api/v1/openapi.json",
    dom_id: "#ui",
    deepLinking: true,
    validatorUrl: null,
    docExpansion: "none", // two hundred routes: each part is drawn when it is opened
    defaultModelsExpandDepth: 0,
  });
});
