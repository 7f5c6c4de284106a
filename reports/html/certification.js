// The page's language, as its switch says.
for (const radio of document.getElementsByName("language")) radio.addEventListener("change", speak);
speak();

function speak() {
  const language = document.getElementById("language-en").checked ? "en" : "vi";
  document.documentElement.lang = language;
  document.title = document.querySelector("title").dataset[language];
}
addEventListener("beforeprint", () => { for (const one of document.querySelectorAll("details")) one.open = true; });
