/** Codes of `BiologicallyDerivedProduct.productCategory`, the usual one first. */
export const PRODUCT_CATEGORIES = ["cells", "tissue", "organ", "fluid", "biologicalAgent"] as const;
export type ProductCategory = (typeof PRODUCT_CATEGORIES)[number];
