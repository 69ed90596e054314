//! Small dense matrices: Cholesky, solutions, inverses, dependent columns and symmetric eigenvalues.
//!
//! Sized for a model's Hessian or a regression's cross products, not for large systems.

use crate::elementary::{ln, sqrt};
use crate::error::Error;

/// A dense matrix, stored row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    cells: Vec<f64>,
}

impl Matrix {
    /// Returns a matrix of zeros.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { rows, columns, cells: vec![0.0; rows * columns] }
    }

    /// Returns the identity matrix.
    pub fn identity(size: usize) -> Self {
        let mut identity = Self::zeros(size, size);
        for i in 0..size {
            identity.set(i, i, 1.0);
        }
        identity
    }

    /// Returns the matrix of the given rows.
    ///
    /// # Errors
    /// Rows of different lengths.
    pub fn from_rows<R: AsRef<[f64]>>(rows: &[R]) -> Result<Self, Error> {
        let columns = rows.first().map_or(0, |row| row.as_ref().len());
        let mut cells = Vec::with_capacity(rows.len() * columns);
        for row in rows {
            let row = row.as_ref();
            same_length("row", row.len(), columns)?;
            cells.extend_from_slice(row);
        }
        Ok(Self { rows: rows.len(), columns, cells })
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Returns the number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Returns one cell, or not-a-number outside the matrix.
    pub fn at(&self, row: usize, column: usize) -> f64 {
        if column >= self.columns {
            return f64::NAN;
        }
        self.cells.get(row * self.columns + column).copied().unwrap_or(f64::NAN)
    }

    /// Sets one cell; a cell outside the matrix is left alone.
    pub fn set(&mut self, row: usize, column: usize, value: f64) {
        if column < self.columns
            && let Some(cell) = self.cells.get_mut(row * self.columns + column)
        {
            *cell = value;
        }
    }

    /// Adds to one cell; a cell outside the matrix is left alone.
    pub fn add(&mut self, row: usize, column: usize, value: f64) {
        self.set(row, column, self.at(row, column) + value);
    }

    /// Returns one row, empty outside the matrix.
    pub fn row(&self, row: usize) -> &[f64] {
        self.cells.get(row * self.columns..(row + 1) * self.columns).unwrap_or(&[])
    }

    /// Returns the diagonal.
    pub fn diagonal(&self) -> Vec<f64> {
        (0..self.rows.min(self.columns)).map(|i| self.at(i, i)).collect()
    }

    /// Returns the matrix with rows and columns exchanged.
    pub fn transposed(&self) -> Self {
        let mut turned = Self::zeros(self.columns, self.rows);
        for i in 0..self.rows {
            for j in 0..self.columns {
                turned.set(j, i, self.at(i, j));
            }
        }
        turned
    }

    /// Returns the product with a vector.
    ///
    /// # Errors
    /// A vector whose length is not the number of columns.
    pub fn times(&self, vector: &[f64]) -> Result<Vec<f64>, Error> {
        same_length("vector", vector.len(), self.columns)?;
        Ok((0..self.rows).map(|i| dot(self.row(i), vector)).collect())
    }

    /// Returns the product with another matrix.
    ///
    /// # Errors
    /// A matrix whose number of rows is not the number of columns of this one.
    pub fn times_matrix(&self, other: &Self) -> Result<Self, Error> {
        same_length("matrix", other.rows, self.columns)?;
        let mut product = Self::zeros(self.rows, other.columns);
        for i in 0..self.rows {
            for j in 0..other.columns {
                let sum = (0..self.columns).map(|k| self.at(i, k) * other.at(k, j)).sum();
                product.set(i, j, sum);
            }
        }
        Ok(product)
    }

    /// Returns whether every cell is finite.
    pub fn is_finite(&self) -> bool {
        self.cells.iter().all(|cell| cell.is_finite())
    }
}

/// Returns the sum of the products of two vectors, as far as the shorter goes.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Returns an error unless a length is the needed one.
fn same_length(what: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected { Ok(()) } else { Err(Error::Length { what, found, expected }) }
}

/// The lower triangle L of a positive definite matrix L L'.
///
/// # Source
/// Golub and Van Loan, Matrix Computations, 1983, chapter 4.
#[derive(Debug, Clone, PartialEq)]
pub struct Cholesky {
    lower: Matrix,
}

impl Cholesky {
    /// Factorises a symmetric matrix, of which only the lower triangle is read.
    ///
    /// # Errors
    /// A matrix that is not square or not positive definite.
    pub fn new(matrix: &Matrix) -> Result<Self, Error> {
        same_length("row", matrix.columns, matrix.rows)?;
        let size = matrix.rows;
        let mut lower = Matrix::zeros(size, size);
        for j in 0..size {
            let mut pivot = matrix.at(j, j);
            for k in 0..j {
                pivot -= lower.at(j, k) * lower.at(j, k);
            }
            if !(pivot > 0.0 && pivot.is_finite()) {
                return Err(Error::NotPositiveDefinite { column: j });
            }
            let root = sqrt(pivot);
            lower.set(j, j, root);
            for i in j + 1..size {
                let mut sum = matrix.at(i, j);
                for k in 0..j {
                    sum -= lower.at(i, k) * lower.at(j, k);
                }
                lower.set(i, j, sum / root);
            }
        }
        Ok(Self { lower })
    }

    /// Returns the lower triangle.
    pub fn lower(&self) -> &Matrix {
        &self.lower
    }

    /// Returns x of matrix x = `right`.
    ///
    /// # Errors
    /// A right side of the wrong length.
    pub fn solve(&self, right: &[f64]) -> Result<Vec<f64>, Error> {
        let size = self.lower.rows;
        same_length("right side", right.len(), size)?;
        let mut x = right.to_vec();
        for i in 0..size {
            let known: f64 = (0..i).map(|k| self.lower.at(i, k) * x[k]).sum();
            x[i] = (x[i] - known) / self.lower.at(i, i);
        }
        for i in (0..size).rev() {
            let known: f64 = (i + 1..size).map(|k| self.lower.at(k, i) * x[k]).sum();
            x[i] = (x[i] - known) / self.lower.at(i, i);
        }
        Ok(x)
    }

    /// Returns the inverse of the factorised matrix, exactly symmetric.
    pub fn inverse(&self) -> Matrix {
        let size = self.lower.rows;
        // The inverse of L first; the inverse of L L' is then its transpose times itself.
        let mut half = Matrix::zeros(size, size);
        for j in 0..size {
            half.set(j, j, 1.0 / self.lower.at(j, j));
            for i in j + 1..size {
                let sum: f64 = (j..i).map(|k| self.lower.at(i, k) * half.at(k, j)).sum();
                half.set(i, j, -sum / self.lower.at(i, i));
            }
        }
        let mut inverse = Matrix::zeros(size, size);
        for i in 0..size {
            for j in 0..=i {
                let sum: f64 = (i..size).map(|k| half.at(k, i) * half.at(k, j)).sum();
                inverse.set(i, j, sum);
                inverse.set(j, i, sum);
            }
        }
        inverse
    }

    /// Returns the logarithm of the determinant of the factorised matrix.
    pub fn ln_determinant(&self) -> f64 {
        (0..self.lower.rows).map(|i| 2.0 * ln(self.lower.at(i, i))).sum()
    }
}

/// Returns x of `matrix` x = `right` for any square matrix, by elimination with row pivots.
///
/// # Errors
/// A shape that does not fit, or a matrix without an inverse.
pub fn solve(matrix: &Matrix, right: &[f64]) -> Result<Vec<f64>, Error> {
    let size = matrix.rows;
    same_length("row", matrix.columns, size)?;
    same_length("right side", right.len(), size)?;
    let mut work = matrix.clone();
    let mut x = right.to_vec();
    for j in 0..size {
        let largest_of_column = (0..size).map(|i| matrix.at(i, j).abs()).fold(0.0, f64::max);
        let mut pivot = j;
        for i in j + 1..size {
            if work.at(i, j).abs() > work.at(pivot, j).abs() {
                pivot = i;
            }
        }
        // What is left of a dependent column is rounding of its former size.
        let size_left = work.at(pivot, j).abs();
        if size_left.is_nan() || size_left <= 1e-14 * largest_of_column {
            return Err(Error::Singular { column: j });
        }
        if pivot != j {
            for k in 0..size {
                let (upper, lower) = (work.at(j, k), work.at(pivot, k));
                work.set(j, k, lower);
                work.set(pivot, k, upper);
            }
            x.swap(j, pivot);
        }
        for i in j + 1..size {
            let factor = work.at(i, j) / work.at(j, j);
            if factor != 0.0 {
                for k in j..size {
                    work.set(i, k, work.at(i, k) - factor * work.at(j, k));
                }
                x[i] -= factor * x[j];
            }
        }
    }
    for i in (0..size).rev() {
        let known: f64 = (i + 1..size).map(|k| work.at(i, k) * x[k]).sum();
        x[i] = (x[i] - known) / work.at(i, i);
    }
    Ok(x)
}

/// Which columns of a design matrix carry information of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Independence {
    /// The columns that are independent, ascending.
    pub kept: Vec<usize>,
    /// The columns that the kept ones already determine, ascending.
    pub dependent: Vec<usize>,
}

/// Returns which columns depend on the columns before them.
///
/// A column counts as dependent when, after removing what the kept columns explain, less than `tolerance` of
/// its length remains. Earlier columns win, so the answer names the column a reader would call redundant.
///
/// # Formula
/// Modified Gram-Schmidt, each column orthogonalised twice.
///
/// # Source
/// Giraud, Langou and Rozloznik, "The Loss of Orthogonality in the Gram-Schmidt Process", 2005.
pub fn dependent_columns(design: &Matrix, tolerance: f64) -> Independence {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let mut found = Independence { kept: Vec::new(), dependent: Vec::new() };
    for j in 0..design.columns {
        let mut column: Vec<f64> = (0..design.rows).map(|i| design.at(i, j)).collect();
        // Scaling by the largest entry keeps the squares within range.
        let largest = column.iter().fold(0.0_f64, |most, cell| most.max(cell.abs()));
        if largest > 0.0 && largest.is_finite() {
            for cell in &mut column {
                *cell /= largest;
            }
        }
        let before = sqrt(dot(&column, &column));
        for direction in basis.iter().chain(&basis) {
            let along = dot(direction, &column);
            for (cell, unit) in column.iter_mut().zip(direction) {
                *cell -= along * unit;
            }
        }
        let after = sqrt(dot(&column, &column));
        if after > tolerance * before && after.is_finite() {
            for cell in &mut column {
                *cell /= after;
            }
            basis.push(column);
            found.kept.push(j);
        } else {
            found.dependent.push(j);
        }
    }
    found
}

/// The eigenvalues of a symmetric matrix with their vectors.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Eigen {
    /// The eigenvalues, ascending.
    pub values: Vec<f64>,
    /// The unit eigenvectors, one per row, in the order of the values.
    pub vectors: Matrix,
}

/// Returns the eigenvalues and eigenvectors of a symmetric matrix.
///
/// The sign of each vector is chosen so that its largest entry is positive.
///
/// # Source
/// Jacobi, 1846; the rotation in the form of Golub and Van Loan, 1983, section 8.5.
///
/// # Errors
/// A matrix that is not square or not finite.
pub fn symmetric_eigen(matrix: &Matrix) -> Result<Eigen, Error> {
    let size = matrix.rows;
    same_length("row", matrix.columns, size)?;
    if !matrix.is_finite() {
        return Err(Error::NotFinite { at: f64::NAN });
    }
    let mut a = matrix.clone();
    let mut vectors = Matrix::identity(size);
    // Convergence is quadratic: ten sweeps suffice, the rest is a safety margin.
    for _ in 0..60 {
        let mut off = 0.0;
        let mut on = 0.0;
        for i in 0..size {
            on += a.at(i, i) * a.at(i, i);
            off += (0..i).map(|j| a.at(i, j) * a.at(i, j)).sum::<f64>();
        }
        if off <= 1e-34 * on || off == 0.0 {
            break;
        }
        for p in 0..size {
            for q in p + 1..size {
                rotate(&mut a, &mut vectors, p, q);
            }
        }
    }
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|&i, &j| a.at(i, i).total_cmp(&a.at(j, j)));
    let mut sorted = Matrix::zeros(size, size);
    for (row, &from) in order.iter().enumerate() {
        let mut largest = 0.0_f64;
        for k in 0..size {
            if vectors.at(from, k).abs() > largest.abs() {
                largest = vectors.at(from, k);
            }
        }
        for k in 0..size {
            sorted.set(row, k, vectors.at(from, k) * 1.0_f64.copysign(largest));
        }
    }
    Ok(Eigen { values: order.iter().map(|&i| a.at(i, i)).collect(), vectors: sorted })
}

/// Turns the plane of `p` and `q` so that the cell (p, q) of `a` becomes 0.
fn rotate(a: &mut Matrix, vectors: &mut Matrix, p: usize, q: usize) {
    let apq = a.at(p, q);
    if apq == 0.0 {
        return;
    }
    let theta = (a.at(q, q) - a.at(p, p)) / (2.0 * apq);
    let t = 1.0_f64.copysign(theta) / (theta.abs() + sqrt(theta * theta + 1.0));
    let c = 1.0 / sqrt(t * t + 1.0);
    let s = t * c;
    for k in 0..a.rows {
        let (akp, akq) = (a.at(k, p), a.at(k, q));
        a.set(k, p, c * akp - s * akq);
        a.set(k, q, s * akp + c * akq);
    }
    for k in 0..a.rows {
        let (apk, aqk) = (a.at(p, k), a.at(q, k));
        a.set(p, k, c * apk - s * aqk);
        a.set(q, k, s * apk + c * aqk);
        let (vpk, vqk) = (vectors.at(p, k), vectors.at(q, k));
        vectors.set(p, k, c * vpk - s * vqk);
        vectors.set(q, k, s * vpk + c * vqk);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_close;
    use proptest::prelude::*;

    fn hilbert(size: u32) -> Matrix {
        let rows: Vec<Vec<f64>> =
            (0..size).map(|i| (0..size).map(|j| 1.0 / f64::from(i + j + 1)).collect()).collect();
        Matrix::from_rows(&rows).unwrap()
    }

    #[test]
    fn the_hilbert_matrix() {
        // Its inverse is whole and its determinant is 1 / 6048000 at size 4.
        let cholesky = Cholesky::new(&hilbert(4)).unwrap();
        assert_close(cholesky.ln_determinant(), -ln(6_048_000.0), 1e-12, "determinant");
        assert_close(cholesky.inverse().at(0, 0), 16.0, 1e-11, "inverse");
        assert_close(cholesky.inverse().at(2, 3), -4200.0, 1e-11, "inverse");
        let eigen = symmetric_eigen(&hilbert(4)).unwrap();
        // Published: Gregory and Karney, 1969.
        for (found, expected) in eigen.values.iter().zip([
            9.670230402261e-05,
            0.006738273605761,
            0.169141220221450,
            1.500214280059243,
        ]) {
            assert_close(*found, expected, 1e-11, "eigenvalue");
        }
    }

    #[test]
    fn what_cannot_be_factorised_is_named() {
        let indefinite = Matrix::from_rows(&[[1.0, 2.0], [2.0, 1.0]]).unwrap();
        assert_eq!(Cholesky::new(&indefinite), Err(Error::NotPositiveDefinite { column: 1 }));
        let singular = Matrix::from_rows(&[[1.0, 2.0, 3.0], [2.0, 4.0, 1.0], [3.0, 6.0, 7.0]]).unwrap();
        assert_eq!(solve(&singular, &[1.0, 2.0, 3.0]), Err(Error::Singular { column: 1 }));
        assert!(Matrix::from_rows(&[vec![1.0], vec![1.0, 2.0]]).is_err());
        assert!(solve(&indefinite, &[1.0]).is_err());
        assert!(symmetric_eigen(&Matrix::from_rows(&[[f64::NAN]]).unwrap()).is_err());
    }

    #[test]
    fn dummy_columns_that_sum_to_the_intercept() {
        let design = Matrix::from_rows(&[
            [1.0, 1.0, 0.0, 3.0],
            [1.0, 1.0, 0.0, 1.0],
            [1.0, 0.0, 1.0, 4.0],
            [1.0, 0.0, 1.0, 1.0],
        ])
        .unwrap();
        let found = dependent_columns(&design, 1e-9);
        assert_eq!((found.kept, found.dependent), (vec![0, 1, 3], vec![2]));
        assert_eq!(dependent_columns(&Matrix::zeros(3, 1), 1e-9).dependent, [0]);
    }

    #[test]
    fn the_nothing_matrix() {
        let nothing = Matrix::zeros(0, 0);
        assert_eq!(Cholesky::new(&nothing).unwrap().ln_determinant(), 0.0);
        assert_eq!(solve(&nothing, &[]), Ok(vec![]));
        assert!(nothing.at(0, 0).is_nan());
    }

    /// A matrix B B' + I / 10, positive definite for any B.
    fn definite(size: usize) -> impl Strategy<Value = Matrix> {
        prop::collection::vec(-3.0f64..3.0, size * size).prop_map(move |cells| {
            let b = Matrix { rows: size, columns: size, cells };
            let mut product = b.times_matrix(&b.transposed()).unwrap();
            for i in 0..size {
                product.add(i, i, 0.1);
            }
            product
        })
    }

    proptest! {
        #[test]
        fn solutions_solve(matrix in definite(5), x in prop::collection::vec(-5.0f64..5.0, 5)) {
            let right = matrix.times(&x).unwrap();
            let by_cholesky = Cholesky::new(&matrix).unwrap().solve(&right).unwrap();
            let by_elimination = solve(&matrix, &right).unwrap();
            for i in 0..5 {
                prop_assert!((by_cholesky[i] - x[i]).abs() < 1e-9);
                prop_assert!((by_elimination[i] - x[i]).abs() < 1e-9);
            }
        }

        #[test]
        fn eigenvectors_are_turned_only_in_length(matrix in definite(4)) {
            let eigen = symmetric_eigen(&matrix).unwrap();
            let trace: f64 = matrix.diagonal().iter().sum();
            prop_assert!((eigen.values.iter().sum::<f64>() - trace).abs() < 1e-12 * trace);
            for (k, value) in eigen.values.iter().enumerate() {
                let image = matrix.times(eigen.vectors.row(k)).unwrap();
                for (found, unit) in image.iter().zip(eigen.vectors.row(k)) {
                    prop_assert!((found - value * unit).abs() < 1e-12 * trace);
                }
            }
            let product: f64 = eigen.values.iter().map(|value| ln(*value)).sum();
            prop_assert!((product - Cholesky::new(&matrix).unwrap().ln_determinant()).abs() < 1e-9);
        }
    }
}
