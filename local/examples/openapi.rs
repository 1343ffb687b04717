//! Writes the OpenAPI and AsyncAPI documents to where `pages` serves it from. A test fails until that has been done.

use std::error::Error;
use std::fs;
use std::path::Path;

use local::api_docs::documents;

fn main() -> Result<(), Box<dyn Error>> {
    let documents = documents();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions/pages/assets/api");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("openapi.json"), format!("{:#}\n", documents.openapi))?;
    fs::write(folder.join("asyncapi.json"), format!("{:#}\n", documents.asyncapi))?;
    Ok(())
}
